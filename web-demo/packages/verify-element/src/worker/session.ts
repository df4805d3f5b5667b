import type { Capabilities, Challenge, DocumentStatus, DocumentText, Evidence, Frame, FrameResult, LoadProgress } from "../protocol.ts";
import { VerifyError } from "../protocol.ts";
import { engineBytes, instantiate, type Verifier } from "./engine.ts";
import { type Network, catalogueOf, networkBytes, sweep } from "./models.ts";
import { Pixels, upright } from "./pixels.ts";
import { sha256 } from "./sha256.ts";

/** Before the engine's length is known: its usual size, so that the bar does not jump. */
const ENGINE_ESTIMATE = 1_500_000;

/** The engine, its networks and the verification that runs on them. */
export class Session {
  #verifier: Verifier | null = null;
  #engineHash = "";
  #pixels = new Pixels();
  #reader: (() => Promise<Uint8Array>) | null = null;
  #complete: Promise<void> = Promise.reject(new VerifyError("engine_failed", "not loading"));

  constructor(private readonly report: (progress: LoadProgress) => void) {
    this.#complete.catch(() => {});
  }

  /** Begins to load, and resolves as soon as the person can be guided. */
  load(modelsUrl: string): Promise<Capabilities> {
    return new Promise((resolve, reject) => {
      this.#complete = this.#load(modelsUrl, () => resolve({ offscreen: this.#pixels.available }));
      this.#complete.catch(reject);
    });
  }

  /** Resolves when every network is in place. */
  async complete(): Promise<null> {
    await this.#complete;
    return null;
  }

  /** Fetches engine and networks in the order of need, each checked by its hash and prepared while the next comes. */
  async #load(modelsUrl: string, guiding: () => void): Promise<void> {
    const { models: networks, on_demand } = await catalogueOf(modelsUrl);
    this.#reader = (): Promise<Uint8Array> => {
      const reader = on_demand.find(({ role }) => role === "reader");
      if (!reader) throw new VerifyError("models_unreachable", "reader");
      return networkBytes(reader, modelsUrl, () => {});
    };
    const weights = networks.reduce((sum, network) => sum + network.bytes, 0);
    let engineTotal = ENGINE_ESTIMATE;
    let done = 0;
    let last = 0;
    const tell = (part: string, loaded: number): void => {
      // The next file is already on its way while the one before it is being prepared: the bar never goes back.
      last = Math.max(last, done + loaded);
      const total = engineTotal + weights;
      this.report({ part, loaded: last, total, preparing: last >= total });
    };
    const fetched = (network: Network | undefined): Promise<Uint8Array<ArrayBuffer>> | undefined => {
      if (!network) return undefined;
      const bytes = networkBytes(network, modelsUrl, (loaded) => tell(network.role, loaded));
      bytes.catch(() => {}); // Told to whoever awaits it, in its turn.
      return bytes;
    };

    tell("engine", 0);
    const engine = await engineBytes((loaded) => {
      engineTotal = Math.max(engineTotal, loaded);
      tell("engine", loaded);
    });
    done = engineTotal = engine.length;
    let next = fetched(networks[0]);
    this.#engineHash = await sha256(engine);
    const Verifier = await instantiate(engine);
    const verifier = (this.#verifier = new Verifier());
    for (const [index, network] of networks.entries()) {
      const bytes = await next!;
      done += bytes.length;
      tell(network.role, 0);
      next = fetched(networks[index + 1]);
      if (verifier.loadNetwork(network.role, bytes)) guiding();
    }
    await sweep([...networks, ...on_demand]);
  }

  /** Gives the engine the picture of the document, upright and of a sensible size. */
  async setDocument(image: Blob): Promise<DocumentStatus> {
    const bytes = await upright(image);
    if (!bytes) return "unreadable";
    return (JSON.parse(this.#engine.setDocument(bytes)) as { status: DocumentStatus }).status;
  }

  /** Reads the document that was set. */
  async readDocument(): Promise<DocumentText> {
    const reader = await this.#reader?.();
    if (!reader) throw new VerifyError("engine_failed", "not loaded");
    return JSON.parse(this.#engine.readDocument(reader)) as DocumentText;
  }

  /** Starts a challenge, or starts it again. */
  async begin({ id, ...rest }: Challenge): Promise<null> {
    const { nonce, steps, policy_version, step_timeout_ms } = rest;
    this.#engine.begin(JSON.stringify({ verification_id: id, nonce, steps, policy_version, step_timeout_ms }));
    return null;
  }

  /** Looks at one frame. */
  async push(frame: Frame): Promise<FrameResult> {
    const { rgba, width, height } = "bitmap" in frame ? this.#pixels.read(frame.bitmap) : frame;
    return JSON.parse(this.#engine.pushFrame(rgba, width, height, frame.at)) as FrameResult;
  }

  /** Swaps the running step for its alternative. */
  async askAnother(): Promise<boolean> {
    return this.#engine.askAnother();
  }

  /** The report and what belongs to it. */
  async finish(): Promise<Evidence> {
    const engine = this.#engine;
    return {
      report: owned(engine.report(this.#engineHash)),
      keyframes: engine.keyframes().map(owned),
      document: engine.document() ? owned(engine.document()!) : null,
    };
  }

  /** Frees the networks, the frames and the pictures. */
  async dispose(): Promise<null> {
    this.#verifier?.free();
    this.#verifier = null;
    return null;
  }

  get #engine(): Verifier {
    if (!this.#verifier) throw new VerifyError("engine_failed", "not loaded");
    return this.#verifier;
  }
}

/** A copy outside the engine's memory. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
