export { FaceVerifier, type FaceVerifierOptions } from "./client.ts";
export { deviceKey, type DeviceKey } from "./device-key.ts";
export type { FaceVerifyEvents, VerifyDone } from "./events.ts";
export { FaceVerify } from "./face-verify.ts";
export { t as verifyTexts } from "./texts.ts";
export {
  VerifyError,
  type Challenge,
  type DocumentStatus,
  type DocumentText,
  type ErrorCode,
  type Evidence,
  type Failure,
  type FrameResult,
  type Guidance,
  type LoadProgress,
  type Step,
} from "./protocol.ts";
