// The same pipeline as one would write it with onnxruntime-web: canvas for the pixels, typed arrays for the rest.

import * as ort from "/ort/ort.wasm.min.mjs";
import { INPUTS } from "./inputs.mjs";
import { canvas } from "./frames.mjs";
import { SUBSET } from "./subset.mjs";

/** @typedef {import("./frames.mjs").Frame} Frame */
/** @typedef {{ centre: [number, number], side: number, angle: number }} Region */

const ONNX = "/onnx/";
const DETECT = 320;
const MESH = 256;
/** As our tracker: longest time between two looks at the whole frame, in milliseconds. */
const DETECT_EVERY_MS = 300;
const SCORE = 0.7;
const MARGIN = 1.5;

export class Peer {
  /** @type {Record<string, ort.InferenceSession>} */ #sessions = {};
  #detect = canvas(DETECT, DETECT);
  #crop = canvas(MESH, MESH);
  #detectInput = new Float32Array(3 * DETECT * DETECT);
  #meshInput = new Float32Array(3 * MESH * MESH);
  /** @type {Region | null} */ #region = null;
  #detected = -Infinity;

  /** Fetches, compiles and prepares everything; answers milliseconds by part. */
  async load() {
    const started = performance.now();
    ort.env.wasm.wasmPaths = "/ort/";
    ort.env.wasm.numThreads = 1;
    /** @type {Record<string, number>} */
    const networks = {};
    for (const role of Object.keys(INPUTS)) {
      const { ms, session } = await this.#session(role);
      networks[role] = ms;
      this.#sessions[role] = session;
    }
    return { networks, total: performance.now() - started };
  }

  /** @param {string} role */
  async #session(role) {
    const bytes = new Uint8Array(await (await fetch(`${ONNX}${role}.onnx`)).arrayBuffer());
    const started = performance.now();
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
    });
    return { ms: performance.now() - started, session };
  }

  /**
   * One network by itself.
   * @param {string} role
   * @param {number[]} shape
   */
  async network(role, shape) {
    const { ms, session } = await this.#session(role);
    return { ms, run: (/** @type {Float32Array} */ input) => run(session, input, shape) };
  }

  /**
   * From a canvas with a frame to numbers.
   * @param {Frame} frame
   * @param {number} t  milliseconds
   */
  async look(frame, t) {
    if (!this.#region || t - this.#detected >= DETECT_EVERY_MS) {
      this.#region = await this.#find(frame);
      this.#detected = t;
    }
    if (!this.#region) return null;
    const points = await this.#mesh(frame, this.#region);
    this.#region = points && following(points);
    if (!points) return null;
    const subset = new Float32Array(2 * SUBSET.length);
    SUBSET.forEach((point, index) => subset.set(points.subarray(3 * point, 3 * point + 2), 2 * index));
    const [shapes] = await run(this.#sessions.blendshapes, subset, INPUTS.blendshapes.shape);
    return { yaw: yaw(points), blink: (shapes[9] + shapes[10]) / 2, jawOpen: shapes[25] };
  }

  /** @param {Frame} frame */
  async #find({ context, width, height }) {
    const scale = Math.max(width, height) / DETECT;
    this.#detect.drawImage(context.canvas, 0, 0, width / scale, height / scale);
    const { data } = this.#detect.getImageData(0, 0, DETECT, DETECT);
    planes(data, this.#detectInput, [2, 1, 0], 1);
    const heads = await run(this.#sessions.detector, this.#detectInput, INPUTS.detector.shape);
    return face(heads, scale);
  }

  /**
   * @param {Frame} frame
   * @param {Region} region
   */
  async #mesh({ context }, { centre, side, angle }) {
    const crop = this.#crop;
    crop.resetTransform();
    crop.clearRect(0, 0, MESH, MESH);
    crop.translate(MESH / 2, MESH / 2);
    crop.scale(MESH / side, MESH / side);
    crop.rotate(-angle);
    crop.translate(-centre[0], -centre[1]);
    crop.drawImage(context.canvas, 0, 0);
    planes(crop.getImageData(0, 0, MESH, MESH).data, this.#meshInput, [0, 1, 2], 1 / 255);
    const [points, presence] = await run(this.#sessions.landmarks, this.#meshInput, INPUTS.landmarks.shape);
    if (presence[0] < 0) return null;
    const scale = side / MESH;
    const [sin, cos] = [Math.sin(angle) * scale, Math.cos(angle) * scale];
    for (let i = 0; i < points.length; i += 3) {
      const [x, y] = [points[i] - MESH / 2, points[i + 1] - MESH / 2];
      points[i] = centre[0] + cos * x - sin * y;
      points[i + 1] = centre[1] + sin * x + cos * y;
      points[i + 2] *= scale;
    }
    return points;
  }
}

/**
 * @param {ort.InferenceSession} session
 * @param {Float32Array} input
 * @param {number[]} shape
 */
async function run(session, input, shape) {
  const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", input, shape) });
  return session.outputNames.map((name) => /** @type {Float32Array} */ (outputs[name].data));
}

/**
 * RGBA pixels as colour planes.
 * @param {Uint8ClampedArray} pixels
 * @param {Float32Array} into
 * @param {number[]} order
 * @param {number} scale
 */
function planes(pixels, into, order, scale) {
  const plane = pixels.length / 4;
  const [a, b, c] = order;
  for (let i = 0, p = 0; i < plane; i++, p += 4) {
    into[i] = pixels[p + a] * scale;
    into[plane + i] = pixels[p + b] * scale;
    into[2 * plane + i] = pixels[p + c] * scale;
  }
}

/**
 * The largest certain find, from YuNet's heads; with one person in the picture its neighbours need no suppression.
 * @param {Float32Array[]} heads  class, object, bounds, points; three strides each
 * @param {number} scale
 * @returns {Region | null}
 */
function face(heads, scale) {
  let best = SCORE;
  let region = null;
  [8, 16, 32].forEach((stride, level) => {
    const [classes, objects, bounds, points] = [0, 1, 2, 3].map((head) => heads[level + 3 * head]);
    const columns = DETECT / stride;
    for (let cell = 0; cell < classes.length; cell++) {
      const score = Math.sqrt(classes[cell] * objects[cell]);
      if (score < best) continue;
      best = score;
      const unit = stride * scale;
      const [column, row] = [cell % columns, Math.floor(cell / columns)];
      const [b, p] = [bounds.subarray(4 * cell, 4 * cell + 4), points.subarray(10 * cell, 10 * cell + 4)];
      region = {
        centre: /** @type {[number, number]} */ ([(column + b[0]) * unit, (row + b[1]) * unit]),
        side: Math.max(Math.exp(b[2]), Math.exp(b[3])) * unit * MARGIN,
        angle: Math.atan2(p[3] - p[1], p[2] - p[0]),
      };
    }
  });
  return region;
}

/** @param {Float32Array} points @returns {Region} */
function following(points) {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  for (let i = 0; i < points.length; i += 3) {
    for (const axis of [0, 1]) {
      low[axis] = Math.min(low[axis], points[i + axis]);
      high[axis] = Math.max(high[axis], points[i + axis]);
    }
  }
  const [right, left] = [3 * 33, 3 * 263];
  return {
    centre: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2],
    side: Math.max(high[0] - low[0], high[1] - low[1]) * MARGIN,
    angle: Math.atan2(points[left + 1] - points[right + 1], points[left] - points[right]),
  };
}

/** Degrees, positive to the person's own left. @param {Float32Array} points */
function yaw(points) {
  const [x, y, z] = [0, 1, 2].map((axis) => points[3 * 263 + axis] - points[3 * 33 + axis]);
  return (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI;
}
