import { type ErrorCode, VerifyError } from "./protocol.ts";

const CONSTRAINTS: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
};

/** The exceptions of getUserMedia, by what the person can do about them. */
const REFUSALS: Record<string, ErrorCode> = {
  NotAllowedError: "permission_denied",
  SecurityError: "permission_denied",
  NotFoundError: "no_camera",
  OverconstrainedError: "no_camera",
  NotReadableError: "camera_in_use",
  AbortError: "camera_in_use",
};

/** Long enough to open a camera that is already allowed, in milliseconds. */
const OPENING = 1200;

/** Whether the browser is going to ask the person; where it does not tell, a camera still closed after a while says so. */
export async function mustAsk(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "prompt";
  } catch {
    return new Promise((resolve) => setTimeout(() => resolve(true), OPENING));
  }
}

/** What the camera tells its owner. */
export interface CameraListener {
  /** A frame is on the video; the next comes only when this is settled: one in flight. */
  frame(at: number): Promise<void>;
  failed(error: VerifyError): void;
}

/** The front camera playing in a video element, from `open` to `close`. */
export class Camera {
  #open = true;
  #reopening = false;

  private constructor(
    private readonly video: HTMLVideoElement,
    private stream: MediaStream,
    private readonly listener: CameraListener,
  ) {
    document.addEventListener("visibilitychange", this.#visibility);
    void this.#loop();
  }

  /** Asks for the camera and starts the frames. Rejects with a `VerifyError`. */
  static async open(video: HTMLVideoElement, listener: CameraListener): Promise<Camera> {
    return new Camera(video, await play(video), listener);
  }

  /** Stops the frames and lets the camera go. */
  close(): void {
    this.#open = false;
    document.removeEventListener("visibilitychange", this.#visibility);
    stop(this.stream);
    this.video.srcObject = null;
  }

  async #loop(): Promise<void> {
    while (this.#open) {
      const at = await nextFrame(this.video);
      if (!this.#open) return;
      if (document.hidden || this.#reopening || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) continue;
      if (this.stream.getVideoTracks().some((track) => track.readyState === "ended")) {
        this.listener.failed(new VerifyError("camera_lost"));
        return;
      }
      await this.listener.frame(at);
    }
  }

  /**
   * No frames while the page is hidden; the engine sees the gap and begins the step again. Phones take the camera
   * away from a hidden page, some without giving it back: open it again.
   */
  #visibility = async (): Promise<void> => {
    if (document.hidden || this.#reopening) return;
    this.#reopening = true;
    try {
      if (this.stream.getVideoTracks().some((track) => track.readyState === "ended" || track.muted)) {
        stop(this.stream);
        this.stream = await play(this.video);
      } else await this.video.play();
      if (!this.#open) stop(this.stream);
    } catch (error) {
      this.listener.failed(VerifyError.from(error, "camera_lost"));
    } finally {
      this.#reopening = false;
    }
  };
}

async function play(video: HTMLVideoElement): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new VerifyError(isSecureContext ? "unsupported" : "insecure_context");
  let stream: MediaStream | null = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch (error) {
    if (stream) stop(stream);
    throw VerifyError.from(error, (error instanceof Error && REFUSALS[error.name]) || "camera_in_use");
  }
}

const stop = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());

/** How long to wait for a frame before looking whether the camera is still there, in milliseconds. */
const PATIENCE = 1000;

/** Resolves at the next frame of the video, or the next repaint where the browser cannot tell. */
function nextFrame(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(performance.now()), PATIENCE);
    const now = (at: number): void => {
      clearTimeout(timer);
      resolve(at);
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(now);
    else requestAnimationFrame(now);
  });
}
