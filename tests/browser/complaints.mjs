// A complaint from the owner's phone to the handler's desk and back.

import { must } from "./steps.mjs";

/** Live news come within a second; a busy machine may take longer to show them. */
const LIVE_MS = 20_000;
const WRONG = "登记的车身颜色是黑色，实际是蓝色。";
const QUESTION = "请发一张行驶证主页的照片。";
const REPLY = "照片已经发了，请看附件。";
const ANSWER = "经核对行驶证，车身颜色已更正为蓝色。";

/** The owner, on the complaint screens of the owner app. */
export class Complainant {
  /** @param {import("./owner-app.mjs").OwnerApp} app */
  constructor(app) {
    this.app = app;
    this.stage = app.stage;
    this.page = app.stage.page;
  }

  #at(/** @type {string} */ id, more = "") {
    return this.page.locator(`[data-testid="${id}"]${more}`);
  }

  /** Files a complaint with a picture; returns its number. */
  async files() {
    await this.app.open("/owner/#/");
    await this.#at("complaints").click();
    await this.#at("no-complaints").waitFor();
    await this.stage.shot("complaints-none");
    await this.#at("new-complaint").click();
    await this.#at("kind-wrong_data").check();
    await this.#at("text").fill(WRONG);
    await this.#at("file-input").setInputFiles(this.app.actor.document);
    await this.#at("files", '[data-ready="1"]').waitFor();
    await this.stage.shot("complaint-form");
    await this.#at("file").click();
    await this.#at("receipt").waitFor();
    await this.stage.shot("complaint-receipt");
    const number = (await this.#at("number").textContent())?.trim() ?? "";
    must(/^C\d{13}$/.test(number), `the receipt says "${number}"`);
    await this.#at("open-complaint").click();
    await this.#at("complaint-state", '[data-state="accepted"]').waitFor();
    return number;
  }

  /** Sees the question and answers it. */
  async answers() {
    await this.#at("complaint-state", '[data-state="waiting_for_user"]').waitFor({ timeout: LIVE_MS });
    await this.#at("say").fill(REPLY);
    await this.stage.shot("complaint-question");
    await this.#at("send").click();
    await this.#at("complaint-state", '[data-state="investigating"]').waitFor();
  }

  /** Sees the answer and is content with it. */
  async isContent() {
    await this.#at("complaint-state", '[data-state="replied"]').waitFor({ timeout: LIVE_MS });
    await this.stage.shot("complaint-answer");
    await this.#at("score-5").click();
    await this.#at("rate").click();
    await this.#at("rated").waitFor();
    await this.stage.shot("complaint-rated");
    await this.stage.wideShot("complaint-rated-wide");
  }

  /** Finds it again without being signed in, with number and phone. @param {string} number */
  async findsAgain(number) {
    await this.app.open("/owner/#/complaints/find");
    await this.#at("find-number").fill(number);
    await this.#at("find-phone").fill(this.app.actor.phone);
    await this.#at("find").click();
    await this.#at("found").waitFor();
    await this.stage.shot("complaint-found");
  }
}

/** A handler at the console. */
export class Handler {
  /**
   * @param {import("./stage.mjs").Stage} stage
   * @param {{ username: string, password: string }} staff
   */
  constructor(stage, staff) {
    this.stage = stage;
    this.page = stage.page;
    this.staff = staff;
  }

  #at(/** @type {string} */ id, more = "") {
    return this.page.locator(`[data-testid="${id}"]${more}`);
  }

  /** Signs in and waits at the queue of what nobody has. */
  async waits() {
    await this.page.goto("/console/");
    await this.#at("username").fill(this.staff.username);
    await this.#at("password").fill(this.staff.password);
    await this.#at("sign-in").click();
    await this.#at("bell").waitFor();
    await this.page.goto("/console/#/complaints/unassigned");
    await this.#at("empty").waitFor();
    await this.#at("line", '[data-line="online"]').waitFor();
    await this.stage.shot("queue-empty");
  }

  /** Sees the complaint come, without loading anything, and takes it. */
  async takes() {
    await this.#at("complaint").first().waitFor({ timeout: LIVE_MS });
    await this.stage.shot("queue");
    await this.page.keyboard.press("j");
    await this.page.keyboard.press("Enter");
    await this.#at("state", '[data-state="accepted"]').waitFor();
    await this.stage.shot("case");
    await this.page.keyboard.press("a");
    await this.#at("state", '[data-state="investigating"]').waitFor();
  }

  /** Looks at the picture, writes a note, asks. */
  async asks() {
    await this.#at("attachment").first().click();
    await this.page.locator("complaint-attachment console-picture").waitFor();
    await this.page.keyboard.press("n");
    await this.#at("words").fill("合格证与行驶证不一致，先要照片。");
    await this.#at("send").click();
    await this.#at("entry", '[data-internal="true"]').waitFor();
    await this.#at("mode-ask").click();
    await this.#at("words").fill(QUESTION);
    await this.stage.shot("question");
    await this.#at("send").click();
    await this.#at("state", '[data-state="waiting_for_user"]').waitFor();
  }

  /** Sees the reply by itself, proposes an answer and sends it. */
  async replies() {
    await this.#at("entry", '[data-kind="user_spoke"]').last().getByText(REPLY).waitFor({ timeout: LIVE_MS });
    await this.stage.shot("reply");
    await this.#at("mode-propose").click();
    await this.#at("words").fill(ANSWER);
    await this.#at("send").click();
    await this.#at("proposal").waitFor();
    await this.stage.shot("proposal");
    await this.#at("reply").click();
    await this.#at("state", '[data-state="replied"]').waitFor();
  }

  /** Sees that the person is content. */
  async seesContent() {
    await this.#at("state", '[data-state="closed"]').waitFor({ timeout: LIVE_MS });
    await this.#at("satisfaction").waitFor();
    await this.stage.shot("closed");
    await this.stage.phoneShot("closed-phone");
    await this.page.goto("/console/#/reports");
    await this.#at("figure").first().waitFor();
    await this.stage.shot("reports");
  }
}
