// The main job, played by itself: node demo-check.mjs PLAN.json, as `cargo xtask demo --check` writes it.

import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Server, ledger } from "./api.mjs";
import { Complainant, Handler } from "./complaints.mjs";
import { loadAgain, seen, summary } from "./measure.mjs";
import { OwnerApp } from "./owner-app.mjs";
import { Stage } from "./stage.mjs";
import { Difference, Steps, megabytes, must, print, seconds } from "./steps.mjs";

/**
 * @typedef {import("./owner-app.mjs").Actor} Actor
 * @typedef {object} Plan
 * @property {string} server
 * @property {string} platform
 * @property {string} browser
 * @property {string} out
 * @property {"passed" | "refused"} expect
 * @property {{ username: string, password: string }} staff
 * @property {Actor} owner
 * @property {Actor} counterparty
 */

/** States of a transfer that nobody but the owner has seen. */
const BEFORE_COUNTERPARTY = ["draft", "owner_verifying", "manual_review", "rejected"];

/** The pictures of this check and of earlier ones. */
const PICTURE = /^(owner|counterparty|handler)-\d\d-[\w-]+\.png$/;

/** One check from start to end. */
class Check {
  steps = new Steps();
  /** @type {Stage[]} */
  stages = [];

  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    this.server = new Server(plan.server);
  }

  /** @param {"owner" | "counterparty"} role */
  async enter(role) {
    const { server, browser, out } = this.plan;
    const stage = await Stage.open({ name: role, browser, camera: this.plan[role].camera, server, out });
    this.stages.push(stage);
    return new OwnerApp(stage, this.plan[role]);
  }

  /** Owner's part up to the verdict. */
  async ownerVerifies() {
    const { steps, plan } = this;
    const code = (/** @type {string} */ phone) => this.server.code(phone);
    await steps.run("staff sign in", () => this.server.signIn(plan.staff));
    const owner = await steps.run("owner's browser opens", () => this.enter("owner"));
    await owner.open("/");
    const token = await steps.run("owner signs in with phone and code", () => owner.signIn(code));
    const transfer = await steps.run("owner starts the transfer", () => owner.startTransfer());
    await steps.run("owner states name and number, shows the document", () => owner.identify());
    const verdict = await steps.run("owner consents and is verified", () => owner.verify(plan.expect === "passed"));
    return { owner, token, transfer, verdict };
  }

  async passes() {
    const { steps } = this;
    const code = (/** @type {string} */ phone) => this.server.code(phone);
    const { owner, transfer, verdict } = await this.ownerVerifies();
    must(verdict.outcome === "passed", `the owner's verification is ${verdict.outcome}`);
    await owner.proceed();
    const link = await steps.run("owner gets the invitation link", () => owner.invitationLink());

    const other = await steps.run("counterparty's browser opens the link", async () => {
      const app = await this.enter("counterparty");
      await app.open(link);
      return app;
    });
    await steps.run("counterparty signs in with phone and code", () => other.signIn(code));
    await steps.run("counterparty claims the transfer", () => other.claim());
    await steps.run("counterparty states name and number, shows the document", () => other.identify());
    const second = await steps.run("counterparty consents and is verified", () => other.verify(true));
    must(second.outcome === "passed", `the counterparty's verification is ${second.outcome}`);
    await other.proceed();
    await steps.run("counterparty accepts", () => other.accept());
    await steps.run("counterparty sees the confirmation", () => other.seesConfirmed());
    await steps.run("owner sees the confirmation", () => owner.seesConfirmed());
    await owner.stage.wideShot("confirmed-wide");
    await steps.run("the OEM platform's ledger says the same", () => this.compareLedger(transfer));

    await this.measure(owner, "owner", verdict);
    await this.measure(other, "counterparty", second);
    this.measureTransfers(owner.stage);
    await this.complains(owner);
    await steps.run("the new owner asks for the end of service and takes it back", () => other.startsAnEndAndTakesItBack());
    const { worker } = await seen(owner.page);
    const warm = await steps.run("the engine loads again, from what the browser keeps", () => loadAgain(owner.page, worker));
    steps.measured("engine load, warm", seconds(warm));
  }

  /** A complaint, from the owner's phone to a handler's desk and back. @param {OwnerApp} owner */
  async complains(owner) {
    const { steps, plan } = this;
    const person = new Complainant(owner);
    const handler = await steps.run("a handler waits at the console", async () => {
      const stage = await Stage.open({ name: "handler", browser: plan.browser, server: plan.server, out: plan.out });
      this.stages.push(stage);
      const handler = new Handler(stage, plan.staff);
      await handler.waits();
      return handler;
    });
    const number = await steps.run("owner files a complaint with a picture", () => person.files());
    await steps.run("handler sees it come, and takes it", () => handler.takes());
    await steps.run("handler looks at the picture, notes and asks", () => handler.asks());
    await steps.run("owner answers", () => person.answers());
    await steps.run("handler sees the answer come, and replies", () => handler.replies());
    await steps.run("owner is content", () => person.isContent());
    await steps.run("handler sees that, and the figures", () => handler.seesContent());
    await steps.run("the complaint is found again by number and phone", () => person.findsAgain(number));
  }

  async isRefused() {
    const { steps, plan } = this;
    const { owner, token, verdict } = await this.ownerVerifies();
    must(verdict.outcome === "failed", `the verification is ${verdict.outcome}`);
    await steps.run("nothing reached the counterparty", async () => {
      await owner.proceed();
      await owner.page.waitForTimeout(3000);
      await owner.stage.shot("after");
      must(!(await owner.hasInvitation()), "an invitation is on the screen");
      for (const { state, invitation_token } of await this.server.requests(token)) {
        must(BEFORE_COUNTERPARTY.includes(state) && !invitation_token, `a request is ${state}`);
      }
    });
    await steps.run("the OEM platform's ledger is empty", async () => {
      const rows = await ledger(plan.platform);
      must(rows.length === 0, `the ledger has ${rows.length} rows`);
    });
    await this.measure(owner, "owner", verdict);
    this.measureTransfers(owner.stage);
  }

  /** @param {any} transfer  as the owner started it */
  async compareLedger(transfer) {
    const rows = await ledger(this.plan.platform);
    must(rows.length === 1, `the ledger has ${rows.length} rows, not 1`);
    const [row] = rows;
    const { counterparty } = this.plan;
    const last = (/** @type {string} */ text, /** @type {number} */ count) => text.slice(-count);
    const cards = (/** @type {string[]} */ masked) => masked.map((iccid) => last(iccid, 4)).sort().join(" ");
    const same = {
      request: [row.request_id, transfer.id],
      state: [row.state, "confirmed"],
      deliveries: [row.deliveries, 1],
      VIN: [last(row.vin_masked, 6), last(transfer.vehicles[0].vin_masked, 6)],
      cards: [cards(row.iccids_masked), cards(transfer.vehicles[0].cards.map((/** @type {any} */ card) => card.iccid_masked))],
      name: [row.name_masked[0], counterparty.name[0]],
      document: [last(row.document_number_masked, 4), last(counterparty.document_number, 4)],
      phone: [last(row.phone_masked, 4), last(counterparty.phone, 4)],
    };
    for (const [what, [theirs, ours]] of Object.entries(same)) {
      must(theirs === ours, `the ledger's ${what} is ${theirs}, not ${ours}`);
    }
  }

  /**
   * @param {OwnerApp} app
   * @param {string} who
   * @param {import("./owner-app.mjs").Verdict} verdict
   */
  async measure(app, who, verdict) {
    const times = summary(await seen(app.page));
    const { steps } = this;
    steps.measured(`${who}: verdict`, `${verdict.outcome}, attempt ${verdict.attempts} (${verdict.steps.join(", ")})`);
    steps.measured(`${who}: guidance possible, cold`, seconds(times.guiding_ms));
    steps.measured(`${who}: engine load, cold`, seconds(times.load_ms));
    steps.measured(`${who}: document picture`, seconds(times.document_ms));
    steps.measured(`${who}: verification on the device`, `${seconds(times.verification_ms)}, ${times.frames} frames`);
    steps.measured(`${who}: frames`, `${times.frames_per_second.toFixed(1)}/s, median ${times.frame_ms.toFixed(0)} ms`);
    steps.measured(`${who}: verdict of the server`, seconds(verdict.server_ms));
  }

  /** @param {Stage} stage */
  measureTransfers(stage) {
    this.steps.measured("transferred: engine (wasm)", megabytes(stage.bytes(/\.wasm$/)));
    this.steps.measured("transferred: models", megabytes(stage.bytes(/^\/models\//)));
    this.steps.measured("transferred: app", megabytes(stage.bytes(/^\/owner\/(?!.*\.wasm$)/)));
    this.steps.measured("transferred: API", megabytes(stage.bytes(/^\/api\//)));
  }

  async run() {
    const { plan, steps } = this;
    for (const old of readdirSync(plan.out).filter((name) => PICTURE.test(name))) rmSync(join(plan.out, old));
    /** @type {string[]} */
    const differences = [];
    try {
      await (plan.expect === "passed" ? this.passes() : this.isRefused());
    } catch (error) {
      const sentence = error instanceof Difference ? error.message : String(/** @type {Error} */ (error).stack);
      differences.push(sentence);
      for (const stage of this.stages) await stage.shot("difference").catch(() => {});
    }
    const observed = await Promise.all(
      this.stages.map(async ({ name, page }) => {
        const all = await seen(page).catch(() => null);
        return { name, ...(all ? { times: summary(all), events: all.events } : {}) };
      }),
    );
    differences.push(...this.stages.flatMap((stage) => stage.trouble));
    await Promise.all(this.stages.map((stage) => stage.close().catch(() => {})));

    print(`\n${steps.table()}\n`);
    const results = { expect: plan.expect, differences, ...steps.results(), observed };
    writeFileSync(join(plan.out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
    for (const difference of differences) print(`difference: ${difference}`);
    print(differences.length ? "the check FAILED" : `the check passed: ${plan.expect}, as expected`);
    return differences.length === 0;
  }
}

const [file] = process.argv.slice(2);
if (!file) throw new Error("usage: node demo-check.mjs PLAN.json");
const check = new Check(JSON.parse(readFileSync(file, "utf8")));
process.exitCode = (await check.run()) ? 0 : 1;
