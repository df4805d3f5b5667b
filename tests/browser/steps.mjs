// One line per step with its time, and a table of measurements at the end.

import { performance } from "node:perf_hooks";

/** A difference between what is and what must be. */
export class Difference extends Error {}

/**
 * Fails with a sentence when something is not as it must be.
 * @param {unknown} condition
 * @param {string} sentence
 * @returns {asserts condition}
 */
export function must(condition, sentence) {
  if (!condition) throw new Difference(sentence);
}

/** Runs steps and prints them. */
export class Steps {
  /** @type {{ name: string, ms: number }[]} */
  done = [];
  /** @type {[string, string][]} */
  #measured = [];

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   */
  async run(name, work) {
    const started = performance.now();
    const took = () => performance.now() - started;
    try {
      const result = await work();
      this.done.push({ name, ms: Math.round(took()) });
      print(`✓ ${name} (${seconds(took())})`);
      return result;
    } catch (error) {
      print(`✗ ${name} (${seconds(took())})`);
      throw error;
    }
  }

  /**
   * Keeps a measurement for the table.
   * @param {string} what
   * @param {string} value
   */
  measured(what, value) {
    this.#measured.push([what, value]);
  }

  /** Everything measured, aligned. */
  table() {
    const width = Math.max(0, ...this.#measured.map(([what]) => what.length));
    return this.#measured.map(([what, value]) => `${what.padEnd(width)}  ${value}`).join("\n");
  }

  /** The same for machines. */
  results() {
    return { steps: this.done, measured: Object.fromEntries(this.#measured) };
  }
}

/** @param {string} line */
export function print(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
