import type { Frame } from "./protocol.ts";

/** Longest side of a frame given to the engine, in pixels. */
const FRAME_SIDE = 640;

/** Takes pictures out of a playing video, reduced, in the form the worker can read. */
export class FrameSource {
  #context: CanvasRenderingContext2D | null = null;

  /** `offscreen`: the worker can read a bitmap; otherwise the pixels are read here. */
  async grab(video: HTMLVideoElement, at: number, offscreen: boolean): Promise<Frame> {
    const { videoWidth, videoHeight } = video;
    const scale = Math.min(1, FRAME_SIDE / Math.max(videoWidth, videoHeight));
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    if (offscreen) {
      const size = { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" } as const;
      return { bitmap: await createImageBitmap(video, scale < 1 ? size : {}), at };
    }
    const context = (this.#context ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true })!);
    if (context.canvas.width !== width || context.canvas.height !== height) {
      Object.assign(context.canvas, { width, height });
    }
    context.drawImage(video, 0, 0, width, height);
    return { rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height, at };
  }
}
