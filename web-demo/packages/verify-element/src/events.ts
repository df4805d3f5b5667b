import type { ErrorCode, Evidence, Failure, FrameResult, LoadProgress } from "./protocol.ts";
import type { FaceVerify } from "./face-verify.ts";

/** How a verification ended on the device. The server decides again. */
export interface VerifyDone extends Evidence {
  outcome: "passed" | "failed";
  /** Set when it failed. For logs and tests: telling it to the person would teach an attacker. */
  reason: Failure | null;
}

/** The events of `<face-verify>`. */
export interface FaceVerifyEvents {
  "verify-progress": CustomEvent<LoadProgress>;
  "verify-guidance": CustomEvent<FrameResult>;
  "verify-done": CustomEvent<VerifyDone>;
  "verify-error": CustomEvent<{ code: ErrorCode }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "face-verify": FaceVerify;
  }
  interface HTMLElementEventMap extends FaceVerifyEvents {}
}
