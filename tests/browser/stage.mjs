// A browser with a person before its camera, watched for everything that goes wrong.

import { join } from "node:path";
import { chromium } from "playwright-core";
import { observe } from "./measure.mjs";

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
const ON_A_PHONE = { viewport: PHONE, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
];

/** One person's browser. */
export class Stage {
  /** What went wrong: console errors, uncaught errors, failed requests. @type {string[]} */
  trouble = [];
  /** Bytes as they travelled, by path. @type {Map<string, number>} */
  transferred = new Map();
  #shots = 0;

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {import("playwright-core").BrowserContext} context
   * @param {import("playwright-core").Page} page
   * @param {string} name
   * @param {string} out
   */
  constructor(browser, context, page, name, out) {
    this.browser = browser;
    this.context = context;
    this.page = page;
    this.name = name;
    this.out = out;
  }

  /**
   * A browser: on a phone with a camera, or on a desk without.
   * @param {{ name: string, browser: string, camera?: string, server: string, out: string }} setting
   */
  static async open({ name, browser: executablePath, camera, server, out }) {
    const browser = await chromium.launch({
      executablePath,
      args: [...FLAGS, ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : [])],
      // Playwright's own headless flag would choose the old headless mode.
      ignoreDefaultArgs: ["--headless", "--headless=old"],
    });
    const context = await browser.newContext({
      baseURL: server,
      ...(camera ? ON_A_PHONE : { viewport: DESK }),
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
      permissions: ["camera", "clipboard-read", "clipboard-write"],
    });
    await context.addInitScript(observe);
    const page = await context.newPage();
    const stage = new Stage(browser, context, page, name, out);
    stage.#watch();
    return stage;
  }

  #watch() {
    const trouble = (/** @type {string} */ text) => this.trouble.push(`${this.name}: ${text}`);
    this.context.on("console", (message) => {
      if (message.type() === "error") trouble(`console: ${message.text()} (${message.location().url})`);
    });
    this.context.on("weberror", (error) => trouble(`uncaught: ${error.error().message}`));
    this.context.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // The page itself gave it up, by leaving: nothing failed.
      if (why !== "net::ERR_ABORTED") trouble(`${request.method()} ${request.url()}: ${why}`);
    });
    this.context.on("response", (response) => {
      if (response.status() >= 400) trouble(`${response.request().method()} ${response.url()}: ${response.status()}`);
    });
    this.context.on("requestfinished", async (request) => {
      const sizes = await request.sizes().catch(() => null);
      if (!sizes) return;
      const { pathname } = new URL(request.url());
      this.transferred.set(pathname, (this.transferred.get(pathname) ?? 0) + sizes.responseBodySize);
    });
  }

  /**
   * Bytes that travelled for paths that match.
   * @param {RegExp} pattern
   */
  bytes(pattern) {
    let sum = 0;
    for (const [path, size] of this.transferred) if (pattern.test(path)) sum += size;
    return sum;
  }

  /**
   * Keeps a picture of the page as it is.
   * @param {string} what
   */
  async shot(what) {
    const number = String(++this.#shots).padStart(2, "0");
    await this.page.screenshot({ path: join(this.out, `${this.name}-${number}-${what}.png`) });
  }

  /**
   * Keeps a picture of the page on a desk's screen.
   * @param {string} what
   */
  async wideShot(what) {
    await this.page.setViewportSize(DESK);
    await this.shot(what);
    await this.page.setViewportSize(PHONE);
  }

  /**
   * Keeps a picture of a desk's page on a phone's screen.
   * @param {string} what
   */
  async phoneShot(what) {
    await this.page.setViewportSize(PHONE);
    await this.shot(what);
    await this.page.setViewportSize(DESK);
  }

  close() {
    return this.browser.close();
  }
}
