import { svg, type TemplateResult } from "lit";
import type { Step } from "./protocol.ts";

const OVAL = "M 50 2 A 48 64.5 0 0 1 50 131 A 48 64.5 0 0 1 50 2";
/** Empty part between two segments, in hundredths of the oval. */
const GAP = 3;

/** The oval's ring: one segment per step, filled as the steps are done. */
export function ring(count: number, done: number, running: boolean): TemplateResult {
  const length = 100 / Math.max(count, 1);
  const segments = Array.from({ length: Math.max(count, 1) }, (_, index) => {
    const drawn = count > 1 ? length - GAP : 100;
    const look = index < done ? "on" : running && index === done ? "on now" : "";
    return svg`<path class=${look} d=${OVAL} pathLength="100"
      stroke-dasharray="${drawn} ${100 - drawn}" stroke-dashoffset=${-(index * length + (count > 1 ? GAP / 2 : 0))} />`;
  });
  return svg`<svg class="ring" viewBox="0 0 100 133" preserveAspectRatio="none" aria-hidden="true">${segments}</svg>`;
}

const CUES: Partial<Record<Step, readonly [place: string, path: string]>> = {
  // The picture is a mirror: the person's left is on the left.
  turn_left: ["left", "M26 10 12 24l14 14M40 10 26 24l14 14"],
  turn_right: ["right", "m22 10 14 14-14 14M8 10l14 14L8 38"],
  come_closer: ["centre", "M18 18 6 6m0 9V6h9M30 30l12 12m0-9v9h-9"],
  nod: ["down", "m10 22 14 14 14-14M10 8l14 14L38 8"],
};

/** An arrow over the picture for the steps that have a direction. */
export function cue(guidance: string): TemplateResult | null {
  const found = CUES[guidance as Step];
  return found
    ? svg`<svg class="cue ${found[0]}" viewBox="0 0 48 48" aria-hidden="true"><path d=${found[1]} /></svg>`
    : null;
}
