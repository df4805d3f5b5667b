// Our engine, as the worker of the app loads and uses it.

/** @typedef {import("./frames.mjs").Frame} Frame */

const ENGINE = "/engine/verify.js";
const MODELS = "/models/";

/** @typedef {{ run(input: Float32Array): Float32Array[] }} Lone */

export class Ours {
  /** @type {any} */ #verifier;
  /** @type {any} */ #module;

  /** Fetches, checks, compiles and prepares everything; answers milliseconds by part. */
  async load() {
    const started = performance.now();
    this.#module = await import(ENGINE);
    await this.#module.default();
    const compiled = performance.now();
    this.#verifier = new this.#module.Verifier();
    /** @type {Record<string, number>} */
    const networks = {};
    const { models } = await (await fetch(`${MODELS}models.json`)).json();
    for (const { role, file, sha256 } of models) {
      const bytes = await fetchBytes(MODELS + file);
      const before = performance.now();
      if ((await digest(bytes)) !== sha256) throw new Error(`${file} is not the file of the list`);
      this.#verifier.loadNetwork(role, bytes);
      networks[role] = performance.now() - before;
    }
    const total = performance.now() - started;
    return { engine: compiled - started, networks, total };
  }

  /**
   * One network by itself.
   * @param {string} role
   * @param {number[]} shape
   */
  async network(role, shape) {
    const bytes = await fetchBytes(`${MODELS}${role}.onnx`);
    const started = performance.now();
    /** @type {Lone} */
    const network = new this.#module.LoneNetwork(bytes, new Uint32Array(shape));
    const ms = performance.now() - started;
    return { ms, run: (/** @type {Float32Array} */ input) => network.run(input) };
  }

  /**
   * From a canvas with a frame to numbers.
   * @param {Frame} frame
   * @param {number} t  milliseconds
   */
  look({ context, width, height }, t) {
    const { data } = context.getImageData(0, 0, width, height);
    const { face } = JSON.parse(this.#verifier.watch(new Uint8Array(data.buffer), width, height, t));
    return face && { yaw: face.yaw, blink: face.blink, jawOpen: face.jaw_open };
  }
}

/** @param {string} url */
async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
