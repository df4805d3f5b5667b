import init, { Verifier } from "../../engine/verify.js";
import wasmUrl from "../../engine/verify_bg.wasm?url";
import { VerifyError } from "../protocol.ts";
import { download } from "./download.ts";

export type { Verifier };

/** The bytes of the engine, as served under a hashed, immutable address. */
export async function engineBytes(progress: (loaded: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  if (!wasmUrl) throw new VerifyError("engine_missing");
  return download(wasmUrl, progress).catch((error: unknown) => {
    throw VerifyError.from(error, "engine_unreachable");
  });
}

/** Compiles exactly the bytes whose hash goes into the report. */
export async function instantiate(bytes: Uint8Array<ArrayBuffer>): Promise<typeof Verifier> {
  try {
    await init({ module_or_path: await WebAssembly.compile(bytes) });
    return Verifier;
  } catch (error) {
    // A browser without WebAssembly SIMD fails to compile: the way out is another browser.
    const old = error instanceof WebAssembly.CompileError;
    throw VerifyError.from(error, old ? "unsupported" : "engine_failed");
  }
}
