import { css, html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type OwnerRequest, Problem, type Verdict, body } from "@ownerproof/api-client";
import { LocalizedElement, base, locale } from "@ownerproof/ui";
import { type Challenge, type FaceVerifyEvents, FaceVerifier, type VerifyDone } from "@ownerproof/verify-element";
import { api } from "../../api.ts";
import { problem, skeleton } from "../../parts/problem.ts";
import { actions, lacksPapers } from "../../parts/stages.ts";
import { go } from "../../router.ts";
import { t } from "../../texts/index.ts";
import "./consent.ts";
import "./documents.ts";
import "./identity.ts";
import type { Identity } from "./identity.ts";
import "./result.ts";
import { giveConsent, openVerification, sendReport } from "./submit.ts";

/** Problems with what the person stated. */
const OF_IDENTITY = new Set([
  "document-mismatch",
  "document-number-invalid",
  "name-invalid",
  "same-person",
  "guardian-needed",
  "document-no-face",
  "document-several-faces",
  "document-unclear",
]);

type Stage = "identity" | "consent" | "no-face" | "face" | "sending" | "result";

/** Verifying a person, from the form to the verdict. It owns the engine and gives its memory back at the end. */
@customElement("owner-verify")
export class OwnerVerify extends LocalizedElement {
  @property() requestId = "";

  @state() private request: OwnerRequest | null = null;
  @state() private stage: Stage = "identity";
  @state() private identity: Identity = { name: "", number: "", photo: null };
  @state() private verifier: FaceVerifier | null = null;
  @state() private challenge: Challenge | null = null;
  @state() private verdict: Verdict | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  #upload = false;
  /** The report waits here until the server has it: a lost network must not cost a verification. */
  #unsent: VerifyDone | null = null;

  static override styles = [
    base,
    css`
      .face {
        text-align: center;
      }
      face-verify {
        margin-top: 20px;
      }
      .way-out {
        display: block;
        margin: 12px auto 0;
      }
      .sending {
        padding: 48px 0;
        text-align: center;
      }
    `,
  ];

  override disconnectedCallback(): void {
    this.#release();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("requestId") && this.requestId) void this.#load();
  }

  /** A new stage, or a failure, is read from its top. */
  protected override updated(changed: PropertyValues): void {
    if ((changed.has("stage") && changed.get("stage")) || (changed.has("error") && this.error)) window.scrollTo(0, 0);
  }

  async #load(): Promise<void> {
    this.error = null;
    try {
      const request = await this.#current();
      if (!actions(request).verify || (request.kind !== "cancellation" && lacksPapers(request.papers))) return go({ view: "request", id: this.requestId });
      this.request = request;
      this.#engine();
    } catch (error) {
      this.error = error;
    }
  }

  #current(): Promise<OwnerRequest> {
    return body(api.GET("/owner/requests/{id}", { params: { path: { id: this.requestId } } }));
  }

  /** The engine loads while the person types and reads. */
  #engine(): void {
    this.#release();
    this.verifier = new FaceVerifier();
  }

  #release(): void {
    void this.verifier?.dispose();
    this.verifier = null;
  }

  async #open(upload: boolean): Promise<void> {
    this.#upload = upload;
    await this.#try(async () => {
      if (upload) await giveConsent();
      if (!this.verifier) await this.#reload();
      this.challenge = await openVerification(this.requestId, this.identity);
      this.stage = "face";
    });
    this.#putRight();
  }

  /** A refusal is shown where it can be put right: at the form, or at the choice of consent. */
  #putRight(): void {
    if (!(this.error instanceof Problem)) return;
    if (OF_IDENTITY.has(this.error.slug)) this.stage = "identity";
    if (this.error.slug === "consent-needed") this.stage = "consent";
  }

  /** A used-up engine is replaced; the new one needs the document again. */
  async #reload(): Promise<void> {
    this.#engine();
    if (this.identity.photo) await this.verifier?.setDocument(this.identity.photo);
  }

  async #done({ detail }: FaceVerifyEvents["verify-done"]): Promise<void> {
    this.#unsent = detail;
    await this.#send();
  }

  async #send(): Promise<void> {
    const { challenge } = this;
    const done = this.#unsent;
    if (!challenge || !done) return;
    this.stage = "sending";
    await this.#try(async () => {
      this.verdict = await sendReport(challenge.id, done, this.#upload);
      this.#unsent = null;
      // What comes next depends on where the verdict has led.
      this.request = await this.#current().catch(() => this.request);
      this.stage = "result";
      if (this.verdict.outcome !== "failed") this.#release();
    });
    this.#putRight();
  }

  /** The server has read the report and does not take it: only a new verification helps. */
  get #refused(): boolean {
    const status = this.error instanceof Problem ? this.error.status : 0;
    return status >= 400 && status < 500 && status !== 429;
  }

  #engineFailed({ detail: { code } }: FaceVerifyEvents["verify-error"]): void {
    if (!/^(engine|model)/.test(code)) return;
    void this.#reload().catch(() => {}); // The element's own retry then finds a fresh engine.
  }

  async #try(task: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    await task().catch((error: unknown) => (this.error = error));
    this.busy = false;
  }

  protected override render() {
    if (!this.request) return this.error ? problem(this.error, () => void this.#load()) : skeleton();
    return html`<div class="stack-l">
      ${this.stage === "sending" ? null : problem(this.error)} ${this.#stage()}
    </div>`;
  }

  #stage() {
    switch (this.stage) {
      case "identity":
        return html`<owner-identity .value=${this.identity} .verifier=${this.verifier}
          @engine-retry=${this.#engine}
          @identity-ready=${({ detail }: CustomEvent<Identity>) => {
            this.identity = detail;
            this.error = null;
            this.stage = "consent";
          }}></owner-identity>`;
      case "consent":
        return html`<owner-consent .busy=${this.busy}
          @consent-back=${() => (this.stage = "identity")}
          @consent-refused=${this.#refuseFace}
          @consent-given=${({ detail }: CustomEvent<{ upload: boolean }>) => this.#open(detail.upload)}></owner-consent>`;
      case "no-face":
        return html`<owner-documents .requestId=${this.requestId} .value=${this.identity}
          @documents-back=${() => (this.stage = "consent")} @documents-done=${this.#documentsDone}></owner-documents>`;
      case "face":
        return html`<div class="face">
          <p class="steps">${t("step_of", { n: 3 })}</p>
          <h1>${t("face_title")}</h1>
          <face-verify data-testid="face-verify" lang=${locale()} .verifier=${this.verifier} .challenge=${this.challenge}
            @verify-done=${this.#done} @verify-error=${this.#engineFailed}></face-verify>
          <button class="text way-out" data-testid="no-face" @click=${this.#refuseFace}>${t("no_face")}</button>
        </div>`;
      case "sending":
        return this.error
          ? this.#notSent()
          : html`<div class="sending" role="status">
              <h1>${t("sending")}</h1>
              <p class="lead">${t("sending_lead")}</p>
            </div>`;
      case "result":
        return html`<owner-result .verdict=${this.verdict} .request=${this.request}
          @result-again=${() => this.#open(this.#upload)} @result-no-face=${this.#refuseFace}></owner-result>`;
    }
  }

  #notSent() {
    const anew = this.#refused;
    return html`<h1>${t("unsent_title")}</h1>
      ${problem(this.error)}
      <div class="stack">
        <button class="wide" data-testid="retry" ?disabled=${this.busy}
          @click=${() => (anew ? this.#open(this.#upload) : this.#send())}>${t(anew ? "unsent_anew" : "unsent_again")}</button>
        <button class="wide quiet" data-testid="no-face" @click=${this.#refuseFace}>${t("no_face")}</button>
      </div>`;
  }

  #refuseFace(): void {
    this.error = null;
    this.stage = "no-face";
  }

  async #documentsDone({ detail }: CustomEvent<Verdict>): Promise<void> {
    this.verdict = detail;
    this.request = await this.#current().catch(() => this.request);
    this.stage = "result";
    this.#release();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-verify": OwnerVerify;
  }
}
