// What the engine's worker is asked and answers, seen from the page.

/**
 * @typedef {{ op: string, at: number, ms: number | null }} Call  One request to the worker.
 * @typedef {{ type: string, at: number, detail: any }} Event     One event of `<face-verify>`.
 * @typedef {{ worker: string, calls: Call[], events: Event[] }} Seen
 */

/** Runs in the page before its own scripts. */
export function observe() {
  /** @type {Seen} */
  const seen = { worker: "", calls: [], events: [] };
  Object.assign(globalThis, { __seen: seen });

  globalThis.Worker = class extends Worker {
    /** @type {Map<number, Call>} */
    #open = new Map();

    /** @param {string | URL} url @param {WorkerOptions} [options] */
    constructor(url, options) {
      super(url, options);
      seen.worker = String(url);
      this.addEventListener("message", ({ data }) => {
        const call = this.#open.get(data?.id);
        if (call) call.ms = performance.now() - call.at;
        this.#open.delete(data?.id);
      });
    }

    /** @param {any} message @param {any} transfer */
    postMessage(message, transfer) {
      if (message?.op) {
        const call = { op: message.op, at: performance.now(), ms: null };
        seen.calls.push(call);
        this.#open.set(message.id, call);
      }
      super.postMessage(message, transfer);
    }
  };

  // A phone held upright gives upright frames; Chromium's file camera would cut them to the asked size.
  const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (open) {
    navigator.mediaDevices.getUserMedia = (constraints) =>
      open({ ...constraints, video: constraints?.video ? { frameRate: 30 } : false });
  }

  for (const type of ["verify-guidance", "verify-done", "verify-error"]) {
    addEventListener(type, (event) => {
      const { outcome, reason, code, guidance, phase, step } = /** @type {CustomEvent} */ (event).detail;
      seen.events.push({ type, at: performance.now(), detail: { outcome, reason, code, guidance, phase, step } });
    });
  }
}

/**
 * What was seen so far.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<Seen>}
 */
export const seen = (page) => page.evaluate("globalThis.__seen");

/**
 * Times of one verification: loading, each frame, from the first frame to the end.
 * @param {Seen} observed
 */
export function summary({ calls, events }) {
  const answered = calls.filter((call) => call.ms !== null);
  const frames = answered.filter((call) => call.op === "frame");
  const times = frames.map((frame) => frame.ms ?? 0).sort((a, b) => a - b);
  const begun = answered.find((call) => call.op === "begin")?.at ?? 0;
  const ended = events.find((event) => event.type === "verify-done")?.at ?? frames.at(-1)?.at ?? begun;
  return {
    guiding_ms: answered.find((call) => call.op === "load")?.ms ?? 0,
    load_ms: answered.find((call) => call.op === "complete")?.ms ?? 0,
    document_ms: answered.find((call) => call.op === "document")?.ms ?? 0,
    verification_ms: ended - begun,
    frames: frames.length,
    frame_ms: times[Math.floor(times.length / 2)] ?? 0,
    frames_per_second: ended > begun ? (frames.length * 1000) / (ended - begun) : 0,
  };
}

/**
 * Loads the engine once more in the same browser, from what it keeps, and returns the time in ms.
 * @param {import("playwright-core").Page} page
 * @param {string} worker
 */
export function loadAgain(page, worker) {
  return page.evaluate(async (url) => {
    const started = performance.now();
    const again = new Worker(url, { type: "module" });
    try {
      await new Promise((resolve, reject) => {
        again.addEventListener("error", () => reject(new Error("the worker does not start")));
        again.addEventListener("message", ({ data }) => {
          if ("code" in data) reject(new Error(data.code));
          else if (data.id === 2) resolve(undefined);
        });
        again.postMessage({ id: 1, op: "load", input: { models: new URL("/models/models.json", location.href).href } });
        again.postMessage({ id: 2, op: "complete", input: null });
      });
      return performance.now() - started;
    } finally {
      again.terminate();
    }
  }, worker);
}
