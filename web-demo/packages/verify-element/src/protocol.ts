// What the page and the worker say to each other. Every request has one reply; progress comes in between.

/** A step the server may ask for. Left and right are the person's own. */
export type Step = "blink" | "open_mouth" | "smile" | "turn_left" | "turn_right" | "nod" | "come_closer";

/** One step of a challenge, and what may be done in its place by a person who cannot do it. */
export interface Task {
  step: Step;
  alternative?: Step;
}

/** An opened verification as `POST /owner/verifications` answers it. */
export interface Challenge {
  id: string;
  nonce: string;
  steps: Task[];
  /** Time for each step, in milliseconds. */
  step_timeout_ms: number;
  policy_version: number;
}

/** What the engine found in the picture of the document. */
export type DocumentStatus = "ok" | "no_face" | "several_faces" | "too_small" | "dark" | "glare" | "blurred" | "unreadable";

/** What could be read on the document. The number's check digit is right; the name is for its holder to confirm. */
export interface DocumentText {
  number: string | null;
  name: string | null;
}

/** The one thing to tell the person now. */
export type Guidance =
  | "no_face"
  | "several_faces"
  | "closer"
  | "further"
  | "center"
  | "lighter"
  | "darker"
  | "even_light"
  | "blurred"
  | "take_off_sunglasses"
  | "uncover_face"
  | "open_eyes"
  | "hold_still"
  | "loading"
  | "look_here"
  | "return_center"
  | "done"
  | Step;

/** The engine's answer to one frame. Lengths are pixels of the frame, times milliseconds. */
export interface FrameResult {
  phase: "positioning" | "challenge" | "done";
  guidance: Guidance;
  /** Null between two steps, while the face comes to rest. */
  step: Step | null;
  /** How many steps are done. */
  step_index: number;
  step_count: number;
  step_remaining_ms: number;
  /** Another movement can be asked for in place of this step. */
  has_alternative: boolean;
  /** Left, top, width, height. */
  face: [number, number, number, number] | null;
  outcome: "passed" | Failure | null;
}

/** Why the device itself says no. The server decides again, and its word counts. */
export type Failure = "step_missed" | "no_match" | "not_live" | "face_changed";

/** What a finished verification leaves behind. Pictures leave the worker only here. */
export interface Evidence {
  /** Canonical bytes to sign. */
  report: Uint8Array<ArrayBuffer>;
  keyframes: Uint8Array<ArrayBuffer>[];
  document: Uint8Array<ArrayBuffer> | null;
}

/** How far loading is. Bytes count the engine and all networks together, unpacked. */
export interface LoadProgress {
  /** What is on its way: the engine, or the role of a network. */
  part: string;
  loaded: number;
  total: number;
  /** True while the last bytes are there but the networks are still being built. */
  preparing: boolean;
}

/** A frame: a bitmap where the worker can draw, pixels where it cannot. `at` is in milliseconds. */
export type Frame =
  | { bitmap: ImageBitmap; at: number }
  | { rgba: Uint8Array<ArrayBuffer>; width: number; height: number; at: number };

/** Whether the worker can read the pixels of a bitmap itself. */
export interface Capabilities {
  offscreen: boolean;
}

/** Operations of the worker: what goes in, what comes back. */
export interface Operations {
  /** Done when the person can be guided; what judges is still on its way. */
  load: { input: { models: string }; output: Capabilities };
  /** Done when every network is in place. */
  complete: { input: null; output: null };
  document: { input: Blob; output: DocumentStatus };
  read: { input: null; output: DocumentText };
  begin: { input: Challenge; output: null };
  frame: { input: Frame; output: FrameResult };
  another: { input: null; output: boolean };
  finish: { input: null; output: Evidence };
  dispose: { input: null; output: null };
}

/** The name of an operation. */
export type Operation = keyof Operations;

/** Page → worker. */
export type Request = { [O in Operation]: { id: number; op: O; input: Operations[O]["input"] } }[Operation];

/** Worker → page. */
export type Reply =
  | { id: number; value: unknown }
  | { id: number; code: ErrorCode; detail: string }
  | { progress: LoadProgress };

/** Everything that can go wrong, each with its own text for the person. */
export type ErrorCode =
  | "permission_denied"
  | "no_camera"
  | "camera_in_use"
  | "camera_lost"
  | "insecure_context"
  | "unsupported"
  | "engine_missing"
  | "engine_unreachable"
  | "engine_failed"
  | "models_unreachable"
  | "model_corrupt";

/** An error with a code; `detail` is for logs, never for the person. */
export class VerifyError extends Error {
  override readonly name = "VerifyError";

  constructor(
    readonly code: ErrorCode,
    readonly detail = "",
  ) {
    super(detail ? `${code}: ${detail}` : code);
  }

  /** Keeps an error that has a code, gives any other the code `fallback`. */
  static from(error: unknown, fallback: ErrorCode): VerifyError {
    if (error instanceof VerifyError) return error;
    return new VerifyError(fallback, error instanceof Error ? error.message : String(error));
  }
}
