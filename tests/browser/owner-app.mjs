// What a person does in the owner app, screen by screen.

import { seen } from "./measure.mjs";
import { must, print } from "./steps.mjs";

/** The engine and its networks come over the wire, are compiled and prepared: the longest wait there is. */
const ENGINE_MS = 180_000;
/** Everything else on the page. */
const PAGE_MS = 20_000;
/** From the camera's first frame to the server's verdict, for three steps. */
const VERIFICATION_MS = 300_000;
/** From the last consent to the platform's confirmation. */
const DELIVERY_MS = 60_000;
/** A live person may fail a challenge and try again; this often, and no more. */
const ATTEMPTS = 3;
/** Where the new owner lives. */
const ADDRESS = "杭州市西湖区示例路2号";

/**
 * @typedef {object} Actor
 * @property {string} phone
 * @property {string} name
 * @property {string} document_number
 * @property {string} camera
 * @property {string} document
 * @property {boolean} document_readable  whether the number must be read from its picture
 *
 * @typedef {object} Verdict
 * @property {string} outcome   what the server says
 * @property {number} attempts
 * @property {string[]} steps   of the last challenge
 * @property {number} server_ms from sending the report to the verdict
 */

/** One person in the owner app. */
export class OwnerApp {
  /**
   * @param {import("./stage.mjs").Stage} stage
   * @param {Actor} actor
   */
  constructor(stage, actor) {
    this.stage = stage;
    this.page = stage.page;
    this.actor = actor;
    this.page.setDefaultTimeout(PAGE_MS);
  }

  /**
   * @param {string} id
   * @param {string} [attributes]
   */
  #at(id, attributes = "") {
    return this.page.locator(`[data-testid="${id}"]${attributes}`).first();
  }

  /** Goes to a page of the app. @param {string} address */
  async open(address) {
    await this.page.goto(address);
  }

  /**
   * Signs in with the code that `codeOf` finds; returns the session's token.
   * @param {(phone: string) => Promise<string>} codeOf
   * @returns {Promise<string>}
   */
  async signIn(codeOf) {
    await this.#at("phone").fill(this.actor.phone);
    const sent = this.page.waitForResponse((response) => response.url().endsWith("/owner/codes"));
    await this.#at("send-code").click();
    await sent;
    await this.#at("code").fill(await codeOf(this.actor.phone));
    await this.stage.shot("sign-in");
    const answer = this.page.waitForResponse((response) => response.url().endsWith("/owner/sessions"));
    await this.#at("sign-in").click();
    return (await (await answer).json()).token;
  }

  /** Starts passing the first car on; returns the transfer as the server made it. */
  async startTransfer() {
    await this.#at("car-1").waitFor();
    await this.stage.shot("cars");
    const made = this.page.waitForResponse(
      (response) => response.url().endsWith("/owner/transfers") && response.request().method() === "POST",
    );
    await this.#at("start-transfer").click();
    const transfer = await (await made).json();
    await this.#at("timeline-state").waitFor();
    await this.stage.shot("request");
    await this.#at("continue").click();
    return transfer;
  }

  /** Takes the invitation. */
  async claim() {
    await this.#at("claim").waitFor();
    await this.stage.shot("invitation");
    await this.#at("claim").click();
  }

  /** Shows the document, checks what was read in it, and states the rest. Returns whether the number was read. */
  async identify() {
    const { name, document_number, document_readable } = this.actor;
    await this.#at("document-photo").setInputFiles(this.actor.document);
    const judged = ["ok", "no_face", "several_faces", "too_small", "dark", "glare", "blurred", "unreadable"];
    const quality = this.#at("document-quality", `:is(${judged.map((one) => `[data-quality="${one}"]`).join(",")})`);
    const failed = this.#at("error");
    await quality.or(failed).first().waitFor({ timeout: ENGINE_MS });
    if (await failed.isVisible()) must(false, `the engine does not come up: ${await failed.textContent()}`);
    const found = await quality.getAttribute("data-quality");
    must(found === "ok", `the document picture is refused: ${found}`);
    await this.#at("document-number-hint", ':not([data-state="reading"])').waitFor({ timeout: ENGINE_MS });
    const read = await this.#at("document-number").inputValue();
    must(read === document_number || (read === "" && !document_readable), `the number read is "${read}"`);
    await this.stage.shot("document");
    await this.#at("document-number").fill(document_number);
    if ((await this.#at("name").inputValue()) !== name) await this.#at("name").fill(name);
    await this.stage.shot("identity");
    await this.#at("continue").click();
    return read !== "";
  }

  /**
   * Consents, stands before the camera, and again after a failure while `again`; returns the last verdict.
   * @param {boolean} again
   * @returns {Promise<Verdict>}
   */
  async verify(again) {
    await this.#at("consent-face").check();
    await this.stage.shot("consent");
    for (let attempts = 1; ; attempts++) {
      const opened = this.page.waitForResponse((response) => response.url().endsWith("/owner/verifications"));
      await this.#at(attempts === 1 ? "continue" : "try-again").click();
      /** @type {{ steps: { step: string }[] }} */
      const challenge = await (await opened).json();
      const steps = challenge.steps.map(({ step }) => step);
      print(`  challenge: ${steps.join(", ")}`);
      await this.#pictureOfChallenge(attempts);
      const { outcome, server_ms } = await this.#verdict();
      await this.stage.shot(`result-${outcome}`);
      const repeat = again && outcome === "failed" && attempts < ATTEMPTS && (await this.#at("try-again").isVisible());
      if (!repeat) return { outcome, attempts, steps, server_ms };
    }
  }

  /** A picture while the first step is asked for, if it comes so far. @param {number} attempt */
  async #pictureOfChallenge(attempt) {
    const challenge = () =>
      Boolean(
        /** @type {any} */ (globalThis).__seen.events.some(
          (/** @type {any} */ event) => event.detail.phase === "challenge" || event.type !== "verify-guidance",
        ),
      );
    await this.page.waitForFunction(challenge, undefined, { timeout: ENGINE_MS }).catch(() => {});
    await this.stage.shot(`face-${attempt}`);
  }

  async #verdict() {
    const reported = (/** @type {import("playwright-core").Request} */ request) =>
      request.url().endsWith("/report") && request.method() === "POST";
    const sent = this.page.waitForRequest(reported, { timeout: VERIFICATION_MS }).catch(() => null);
    const result = this.#at("verify-result");
    const failed = this.#at("verify-error").or(this.#at("error"));
    await result.or(failed).first().waitFor({ timeout: VERIFICATION_MS });
    if (!(await result.isVisible())) {
      await this.stage.shot("error");
      const { events } = await seen(this.page);
      must(false, `no verdict: ${await failed.first().textContent()} ${JSON.stringify(events.at(-1))}`);
    }
    const timing = (await sent)?.timing();
    return {
      outcome: (await result.getAttribute("data-outcome")) ?? "",
      server_ms: timing ? timing.responseStart - timing.requestStart : 0,
    };
  }

  /** Goes on from the result. */
  async proceed() {
    await this.#at("continue").click();
  }

  /** The link for the counterparty. */
  async invitationLink() {
    const link = this.#at("invitation-link");
    await link.waitFor();
    await this.stage.shot("invitation");
    return link.inputValue();
  }

  /** Whether a link to give away is on the screen. */
  hasInvitation() {
    return this.#at("invitation-link").isVisible();
  }

  /** Reads both documents, gives an address and accepts. */
  async accept() {
    await this.#at("responsibility_notice").check();
    await this.#at("agreement").check();
    await this.#at("address").fill(ADDRESS);
    await this.stage.shot("accept");
    await this.#at("accept").click();
  }

  /** Asks for the end of service of the first car, sends a picture as its proof, and takes the request back. */
  async startsAnEndAndTakesItBack() {
    await this.open("/owner/#/");
    await this.#at("start-cancellation").click();
    await this.#at("reason-scrapped").check();
    await this.stage.shot("cancellation");
    await this.#at("start").click();
    await this.#at("paper-file").setInputFiles(this.actor.document);
    await this.#at("papers-1", '[data-sent="1"]').waitFor();
    await this.stage.shot("paper");
    await this.#at("cancel-request").click();
    await this.#at("confirm").click();
    await this.#at("timeline-state", '[data-state="cancelled"]').waitFor();
  }

  /** Waits until this side sees that the platform has confirmed. */
  async seesConfirmed() {
    await this.#at("timeline-state", '[data-state="confirmed"]').waitFor({ timeout: DELIVERY_MS });
    await this.#at("sync-stage", '[data-stage="confirmed"]').waitFor();
    await this.stage.shot("confirmed");
  }
}
