// Both engines on one page, taking turns: whatever else the machine does, it does to both.

import { INPUTS } from "./inputs.mjs";
import { frames } from "./frames.mjs";
import { Ours } from "./ours.mjs";
import { Peer } from "./peer.mjs";

/** Frames of one turn: with a frame every 33 ms, as many as pass between two looks at the whole frame. */
const TURN = 10;
const FRAME_MS = 33;
/** Longer than the tracker goes without looking at the whole frame. */
const FAR_APART_MS = 1000;

const ours = new Ours();
const peer = new Peer();

/** @typedef {{ ours_ms: number, peer_ms: number, ratio: number }} Compared */

Object.assign(globalThis, {
  /** How long one side takes to load on a page that does nothing else. */
  load: (/** @type {"ours" | "peer"} */ side) => (side === "ours" ? ours : peer).load(),
  measure,
});

/** @param {{ rounds: number, picture: string }} plan */
async function measure({ rounds, picture }) {
  await ours.load();
  await peer.load();
  const shown = await frames(picture, TURN);
  return {
    guidance_frame: await turns(rounds, shown, FRAME_MS),
    guidance_frame_detecting: await turns(rounds, shown, FAR_APART_MS),
    agreement: await agreement(shown),
    networks: await networks(rounds),
  };
}

/**
 * Milliseconds a frame, over turns of both sides.
 * @param {number} rounds
 * @param {import("./frames.mjs").Frame[]} shown
 * @param {number} apart  milliseconds between frames, by the clock the trackers see
 */
async function turns(rounds, shown, apart) {
  let t = 0;
  const clock = () => (t += apart);
  const turn = async (/** @type {Ours | Peer} */ side) => {
    for (const frame of shown) await side.look(frame, clock());
  };
  const compared = await interleaved(rounds, () => turn(ours), () => turn(peer));
  return { ...compared, ours_ms: compared.ours_ms / TURN, peer_ms: compared.peer_ms / TURN };
}

/**
 * Both sides must see the same, or the comparison means nothing.
 * @param {import("./frames.mjs").Frame[]} shown
 */
async function agreement(shown) {
  const apart = { yaw_degrees: 0, blink: 0, jaw_open: 0 };
  for (const [index, frame] of shown.entries()) {
    const t = 1e6 + index * FRAME_MS;
    const [a, b] = [ours.look(frame, t), await peer.look(frame, t)];
    if (!a || !b) throw new Error("no face was found in the bench's own picture");
    apart.yaw_degrees = Math.max(apart.yaw_degrees, Math.abs(a.yaw - b.yaw));
    apart.blink = Math.max(apart.blink, Math.abs(a.blink - b.blink));
    apart.jaw_open = Math.max(apart.jaw_open, Math.abs(a.jawOpen - b.jawOpen));
  }
  return apart;
}

/** @param {number} rounds */
async function networks(rounds) {
  const results = [];
  for (const [role, { shape, most }] of Object.entries(INPUTS)) {
    const [mine, theirs] = [await ours.network(role, shape), await peer.network(role, shape)];
    const input = noise(shape, most);
    const difference = furthest(mine.run(input), await theirs.run(input));
    const compared = await interleaved(rounds, () => mine.run(input), () => theirs.run(input));
    results.push({ role, ...compared, ours_load_ms: mine.ms, peer_load_ms: theirs.ms, difference });
  }
  return results;
}

/** Relative to the largest value of the output. @param {Float32Array[]} a @param {Float32Array[]} b */
function furthest(a, b) {
  let worst = 0;
  a.forEach((values, output) => {
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    values.forEach((value, index) => (worst = Math.max(worst, Math.abs(value - b[output][index]) / size)));
  });
  return worst;
}

/**
 * Medians of two tasks that take turns, after a warm-up in which the browser compiles them fully.
 * @param {number} rounds
 * @param {() => unknown} a
 * @param {() => unknown} b
 * @returns {Promise<Compared>}
 */
async function interleaved(rounds, a, b) {
  const timed = async (/** @type {() => unknown} */ task) => {
    const started = performance.now();
    await task();
    return performance.now() - started;
  };
  for (let i = 0; i < Math.max(3, rounds / 5); i++) {
    await a();
    await b();
  }
  /** @type {[number[], number[]]} */
  const times = [[], []];
  for (let i = 0; i < rounds; i++) {
    times[0].push(await timed(a));
    times[1].push(await timed(b));
  }
  const [ours_ms, peer_ms] = times.map(median);
  return { ours_ms, peer_ms, ratio: ours_ms / peer_ms };
}

/** @param {number[]} values */
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** The same numbers every time. @param {number[]} shape @param {number} most */
function noise(shape, most) {
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => next() * most);
}
