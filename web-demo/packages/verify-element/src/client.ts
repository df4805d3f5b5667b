import type {
  Capabilities,
  Challenge,
  DocumentStatus,
  DocumentText,
  Evidence,
  FrameResult,
  LoadProgress,
  Operation,
  Operations,
  Reply,
} from "./protocol.ts";
import { VerifyError } from "./protocol.ts";
import { FrameSource } from "./frame-source.ts";

/** Where the engine finds things; the defaults fit a page served by the OwnerProof server. */
export interface FaceVerifierOptions {
  /** Address of `models.json`. */
  models?: string;
  onProgress?: (progress: LoadProgress) => void;
}

/**
 * The engine in its worker, behind promises. Create it early (while the person reads), `dispose` it at the end:
 * the networks take some hundred megabytes. Every failure is a `VerifyError`.
 */
export class FaceVerifier {
  #worker: Worker | null = null;
  #broken: VerifyError | null = null;
  #pending = new Map<number, { resolve: (value: never) => void; reject: (error: VerifyError) => void }>();
  #lastId = 0;
  #ready: Promise<Capabilities>;
  #complete: Promise<null>;
  #listeners = new Set<(progress: LoadProgress) => void>();
  #frames = new FrameSource();

  /** Starts loading at once. Never throws: what is wrong is told by `ready()` and every other call. */
  constructor({ models = "/models/models.json", onProgress }: FaceVerifierOptions = {}) {
    if (onProgress) this.#listeners.add(onProgress);
    if (!isSecureContext) this.#fail(new VerifyError("insecure_context"));
    else if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") this.#fail(new VerifyError("unsupported"));
    else this.#start();
    this.#ready = this.#call("load", { models: new URL(models, location.href).href });
    this.#complete = this.#call("complete", null);
    this.#ready.catch(() => {}); // Told to whoever awaits ready().
    // A network that fails after guidance has begun ends this engine, whatever it is being asked.
    this.#complete.catch((error: unknown) => this.#fail(VerifyError.from(error, "engine_failed")));
  }

  #start(): void {
    this.#worker = new Worker(new URL("./worker/index.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#receive(data));
    this.#worker.addEventListener("error", ({ message }) => this.#fail(new VerifyError("engine_unreachable", message)));
  }

  /** Follows the loading; returns the way to stop. */
  follow(listener: (progress: LoadProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the person can be guided and a document looked at; what judges may still be on its way. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /** Resolves when every network is in place. */
  async complete(): Promise<void> {
    await this.#complete;
  }

  /** Checks the picture of the document and keeps its portrait for the comparison. */
  async setDocument(image: Blob): Promise<DocumentStatus> {
    await this.#ready;
    return this.#call("document", image);
  }

  /** Reads number and name on the document that was set; fetches what it takes the first time. */
  async readDocument(): Promise<DocumentText> {
    await this.#ready;
    return this.#call("read", null);
  }

  /** Starts a challenge; called again, starts it anew. */
  async begin(challenge: Challenge): Promise<void> {
    await this.#ready;
    await this.#call("begin", challenge);
  }

  /** Sends the video's current picture; `at` is in milliseconds on a steady clock. Await it before the next. */
  async push(video: HTMLVideoElement, at: number): Promise<FrameResult> {
    const { offscreen } = await this.#ready;
    const frame = await this.#frames.grab(video, at, offscreen);
    return this.#call("frame", frame, ["bitmap" in frame ? frame.bitmap : frame.rgba.buffer]);
  }

  /** Asks for another movement in place of the running step: the person cannot do it. False when there is none. */
  askAnother(): Promise<boolean> {
    return this.#call("another", null);
  }

  /** After the phase `done`: what to sign and, with consent, to send. */
  finish(): Promise<Evidence> {
    return this.#call("finish", null);
  }

  /** Frees the memory and ends the worker. */
  async dispose(): Promise<void> {
    await Promise.race([this.#call("dispose", null).catch(() => {}), new Promise((wake) => setTimeout(wake, 500))]);
    this.#worker?.terminate();
    this.#fail(new VerifyError("engine_failed", "disposed"));
  }

  #call<O extends Operation>(op: O, input: Operations[O]["input"], transfer: Transferable[] = []) {
    const id = ++this.#lastId;
    return new Promise<Operations[O]["output"]>((resolve, reject) => {
      if (this.#broken) return reject(this.#broken);
      this.#pending.set(id, { resolve, reject });
      this.#worker?.postMessage({ id, op, input }, transfer);
    });
  }

  #receive(reply: Reply): void {
    if ("progress" in reply) {
      for (const listener of this.#listeners) listener(reply.progress);
      return;
    }
    const waiting = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ("code" in reply) waiting?.reject(new VerifyError(reply.code, reply.detail));
    else waiting?.resolve(reply.value as never);
  }

  /** The end of this engine: everything waiting, and everything asked from now on, is refused. */
  #fail(error: VerifyError): void {
    this.#broken = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
