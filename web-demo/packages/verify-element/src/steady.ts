import type { FrameResult, Guidance } from "./protocol.ts";

/** The least time a sentence stays, in milliseconds: shorter ones cannot be read. */
const STAY = 700;

/** Keeps guidance readable: hints wait their turn, a step speaks at once, for its clock runs. */
export class Steady {
  #shown: Guidance | null = null;
  #since = -Infinity;
  #place = "";

  /** The sentence to show for this frame; `at` in milliseconds. */
  next(result: FrameResult, at: number): Guidance {
    const place = `${result.phase}/${result.step_index}/${result.step ?? ""}`;
    if (this.#shown === null || place !== this.#place || (result.guidance !== this.#shown && at - this.#since > STAY)) {
      this.#shown = result.guidance;
      this.#since = at;
      this.#place = place;
    }
    return this.#shown;
  }
}
