// The engine and onnxruntime-web in one browser: node bench.mjs PLAN.json, as `cargo xtask bench device` writes it.
// Prints the results as JSON.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

/**
 * @typedef {object} Plan
 * @property {string} browser  program
 * @property {string} engine   folder with verify.js
 * @property {string} models   folder with models.json
 * @property {string} onnx     folder with the same networks as plain 32-bit ONNX
 * @property {string} picture  a photograph of a person
 * @property {import("./page/inputs.mjs").Input[]} inputs
 * @property {number} rounds
 */

const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
/** Loads of each side; the median counts. */
const LOADS = 3;

/** @type {Plan} */
const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const site = await serve(plan);
const browser = await chromium.launch({
  executablePath: plan.browser,
  args: FLAGS,
  // Playwright's own headless flag would choose the old headless mode.
  ignoreDefaultArgs: ["--headless", "--headless=old"],
});
try {
  const load = { cold: await loads(false), warm: await loads(true) };
  const page = await (await browser.newContext()).newPage();
  await open(page);
  const { rounds } = plan;
  const measured = await page.evaluate((plan) => /** @type {any} */ (globalThis).measure(plan), { rounds, picture: "/picture" });
  process.stdout.write(JSON.stringify({ browser: browser.version(), ...measured, load }));
} finally {
  await browser.close();
  site.close();
}

/** Opens the page and waits for its scripts. @param {import("playwright-core").Page} page */
async function open(page) {
  await page.goto(site.url);
  await page.waitForFunction(() => "measure" in globalThis);
}

/**
 * Milliseconds until each side has everything ready; warm when the browser has seen the page before.
 * @param {boolean} warm
 */
async function loads(warm) {
  /** @type {Record<"ours" | "peer", any[]>} */
  const seen = { ours: [], peer: [] };
  for (let round = 0; round < LOADS; round++) {
    for (const side of /** @type {const} */ (["ours", "peer"])) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await open(page);
      const load = () => page.evaluate((side) => /** @type {any} */ (globalThis).load(side), side);
      let times = await load();
      if (warm) {
        await open(page);
        times = await load();
      }
      seen[side].push(times);
      await context.close();
    }
  }
  const middle = (/** @type {any[]} */ all) => all.toSorted((a, b) => a.total - b.total)[LOADS >> 1];
  const [ours, peer] = [middle(seen.ours), middle(seen.peer)];
  return { ours_ms: ours.total, peer_ms: peer.total, ratio: ours.total / peer.total, ours, peer };
}
