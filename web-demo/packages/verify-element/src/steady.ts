import type { FrameResult, Guidance } from "./protocol.ts";

/** The least time a sentence stays, in milliseconds: shorter ones cannot be read. */
const STAY = 700;
/** How long a sentence must be out of date before it goes: a natural blink is no shut eye, a shaken frame no blur. */
const STALE = 300;

/** Keeps guidance readable: hints wait their turn, a step speaks at once, for its clock runs. */
export class Steady {
  #shown: Guidance | null = null;
  #since = -Infinity;
  #lastTrue = -Infinity;
  #place = "";

  /** The sentence to show for this frame; `at` in milliseconds. */
  next(result: FrameResult, at: number): Guidance {
    const place = `${result.phase}/${result.step_index}/${result.step ?? ""}`;
    if (result.guidance === this.#shown) this.#lastTrue = at;
    const old = at - this.#since > STAY && at - this.#lastTrue > STALE;
    if (this.#shown === null || place !== this.#place || old) {
      this.#shown = result.guidance;
      this.#lastTrue = at;
      this.#since = at;
      this.#place = place;
    }
    return this.#shown;
  }
}
