// The engine is built by `cargo xtask wasm` and is not committed. This is what the worker expects of it,
// so that type checking works before the first build; once built, its own declarations are used instead.

declare module "*/engine/verify.js" {
  /** Instantiates the module; must be awaited before the first `Verifier`. */
  export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;

  /** One verification at a time. Every method throws an `Error` whose message is a code. */
  export class Verifier {
    /** Gives a network, in the order of `models.json`; answers whether frames can be pushed now. */
    loadNetwork(role: string, bytes: Uint8Array): boolean;
    /** A JPEG or PNG of the document; answers JSON `{status}`. */
    setDocument(image: Uint8Array): string;
    /** Reads the document that was set with that network; answers JSON `{number, name}`, each null if unreadable. */
    readDocument(reader: Uint8Array): string;
    /** Starts (again) with a challenge, JSON. */
    begin(challenge: string): void;
    /** Row-major RGBA, `tMs` in milliseconds on any steady clock; answers JSON, see `FrameResult`. */
    pushFrame(rgba: Uint8Array, width: number, height: number, tMs: number): string;
    /** Asks for the running step's alternative; false when there is none. */
    askAnother(): boolean;
    /** The canonical report, once the phase is `done`. */
    report(engineSha256: string): Uint8Array;
    /** JPEGs in the order of the report. */
    keyframes(): Uint8Array[];
    /** The document portrait, JPEG, as its hash stands in the report. */
    document(): Uint8Array | undefined;
    /** Gives back the memory of the networks. */
    free(): void;
  }
}

declare module "*/engine/verify_bg.wasm?url" {
  const url: string;
  export default url;
}
