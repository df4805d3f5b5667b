import { LitElement, html, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { megabytes } from "@ownerproof/ui/format";
import { toLocale } from "@ownerproof/ui/locale";
import { Camera, mustAsk } from "./camera.ts";
import { FaceVerifier } from "./client.ts";
import type { FaceVerifyEvents } from "./events.ts";
import { type Challenge, type FrameResult, type LoadProgress, VerifyError } from "./protocol.ts";
import { cue, ring } from "./ring.ts";
import { Steady } from "./steady.ts";
import { styles } from "./styles.ts";
import { t } from "./texts.ts";

/**
 * The verification screen: camera, guidance, steps. It starts when it is on the page with a `challenge`, and ends
 * with one `verify-done` or, after a failure the person cannot repair here, `verify-error`.
 *
 * @fires verify-progress  LoadProgress: bytes of engine and networks
 * @fires verify-guidance  FrameResult: the sentence on the screen changed
 * @fires verify-done      outcome, report and pictures
 * @fires verify-error     {code}: see `ErrorCode`; a retry button is on the screen
 */
@customElement("face-verify")
export class FaceVerify extends LitElement {
  /** The challenge as the server sent it. Setting another one starts again. */
  @property({ attribute: false }) challenge: Challenge | null = null;
  /** The picture of the document; leave it out if `verifier` already has one. */
  @property({ attribute: false }) documentImage: Blob | null = null;
  /** A prepared engine. Without one the element makes its own and disposes it. */
  @property({ attribute: false }) verifier: FaceVerifier | null = null;
  /** Address of `models.json`, for the element's own engine. */
  @property() models = "/models/models.json";
  /** Language of the texts: Chinese unless it starts with `en`. */
  @property() override lang = "";

  @state() private progress: LoadProgress | null = null;
  @state() private result: FrameResult | null = null;
  @state() private guidance: string = "opening";
  @state() private live = false;
  @state() private error: VerifyError | null = null;

  @query("video") private video!: HTMLVideoElement;

  #camera: Camera | null = null;
  #own: FaceVerifier | null = null;
  #run = 0;

  static override styles = styles;

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("challenge") && this.challenge && this.isConnected) void this.#start(this.challenge);
  }

  /** Camera and engine come up side by side: the person is guided as soon as the first networks are there. */
  async #start(challenge: Challenge): Promise<void> {
    this.#stop();
    const run = ++this.#run;
    const over = (): boolean => run !== this.#run;
    this.error = this.result = this.progress = null;
    this.guidance = "opening";
    void mustAsk().then((asks) => {
      if (asks && !over() && !this.live && !this.error) this.guidance = "allow";
    });
    try {
      const verifier = this.verifier ?? (this.#own = new FaceVerifier({ models: this.models }));
      const unfollow = verifier.follow((progress) => {
        this.progress = progress;
        this.#tell("verify-progress", progress);
      });
      const prepared = this.#prepare(verifier, challenge);
      prepared.catch(() => {});
      void verifier.complete().catch(() => {}).then(() => {
        unfollow();
        if (!over()) this.progress = null;
      });
      await this.updateComplete;

      let begun = false;
      const steady = new Steady();
      const camera = await Camera.open(this.video, {
        frame: async (at) => {
          if (!begun || over()) return;
          try {
            const result = await verifier.push(this.video, at);
            if (!over()) await this.#show(result, steady.next(result, at), verifier);
          } catch (error) {
            if (!over()) this.#fail(error);
          }
        },
        failed: (error) => over() || this.#fail(error),
      });
      if (over()) return camera.close();
      this.#camera = camera;
      this.live = true;
      this.guidance = "look_here";
      await prepared;
      begun = true;
    } catch (error) {
      if (!over()) this.#fail(error);
    }
  }

  async #prepare(verifier: FaceVerifier, challenge: Challenge): Promise<void> {
    await verifier.ready();
    if (this.documentImage) await verifier.setDocument(this.documentImage);
    await verifier.begin(challenge);
  }

  async #show(result: FrameResult, guidance: string, verifier: FaceVerifier): Promise<void> {
    const stepped = this.result && result.step_index > this.result.step_index;
    if (stepped || (result.phase === "done" && this.result?.phase !== "done")) navigator.vibrate?.(40);
    if (guidance !== this.guidance) this.#tell("verify-guidance", result);
    this.result = result;
    this.guidance = guidance;
    const { outcome } = result;
    if (outcome === null) return;
    this.#run++;
    this.#camera?.close();
    this.#camera = null;
    this.live = false;
    try {
      const evidence = await verifier.finish();
      const verdict = outcome === "passed" ? { outcome, reason: null } : { outcome: "failed" as const, reason: outcome };
      this.#tell("verify-done", { ...verdict, ...evidence });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#stop();
    this.error = VerifyError.from(error, "engine_failed");
    this.#tell("verify-error", { code: this.error.code });
  }

  /** Lets camera and engine go. */
  #stop(): void {
    this.#run++;
    this.#camera?.close();
    this.#camera = null;
    this.live = false;
    void this.#own?.dispose();
    this.#own = null;
  }

  #retry(): void {
    // A failed engine cannot be used again; the owner of a shared one makes a new one on `verify-error`.
    if (this.challenge) void this.#start(this.challenge);
  }

  #askAnother(): void {
    const verifier = this.verifier ?? this.#own;
    verifier?.askAnother().catch((error: unknown) => this.#fail(error));
  }

  #tell<K extends keyof FaceVerifyEvents>(type: K, detail: FaceVerifyEvents[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #t(key: Parameters<typeof t>[0], values = {}): string {
    return t(key, values, toLocale(this.lang || document.documentElement.lang));
  }

  protected override render() {
    if (this.error) return this.#renderError(this.error);
    const { result } = this;
    const count = result?.step_count ?? this.challenge?.steps.length ?? 0;
    const running = result?.phase === "challenge";
    const verdict = result?.outcome ? (result.outcome === "passed" ? "passed" : "failed") : "";
    return html`
      <div class="stage ${verdict}">
        <div class="well">
          <video class=${this.live ? "live" : ""} playsinline muted aria-label=${this.#t("preview")}></video>
        </div>
        ${ring(count, result?.step_index ?? 0, running)} ${running ? cue(this.guidance) : null}
      </div>
      <p class="step" data-testid="verify-step">${this.#counter()}</p>
      <p class="guidance" role="status" aria-live="assertive" data-testid="guidance" data-code=${this.guidance}>
        ${this.#t(this.guidance as "no_face")}
      </p>
      <button class="another" ?disabled=${!result?.has_alternative} data-testid="verify-another" @click=${this.#askAnother}>
        ${this.#t("another")}
      </button>
      ${this.#renderLoading()}
      <p class="private">
        <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true">
          <rect x="3" y="7" width="10" height="7" rx="2" />
          <path d="M5 7V5a3 3 0 0 1 6 0v2" />
        </svg>
        ${this.#t("private")}
      </p>
    `;
  }

  #counter(): string {
    const { result } = this;
    if (!result || result.phase === "positioning") return this.#t("position");
    if (result.phase === "done") return "";
    if (result.step_index === result.step_count) return this.#t("last_look");
    const step = this.#t("step", { n: result.step_index + 1, count: result.step_count });
    return result.step ? `${step} · ${this.#t("seconds", { n: Math.ceil(result.step_remaining_ms / 1000) })}` : step;
  }

  #renderLoading() {
    const { progress } = this;
    if (!progress) return null;
    const { loaded, total, preparing } = progress;
    return html`<div class="loading" data-testid="engine-progress">
      <progress max=${total} value=${loaded} aria-label=${this.#t("loading")}></progress>
      ${preparing ? this.#t("preparing") : html`${this.#t("loading")} ${megabytes(loaded)} / ${megabytes(total)}`}
    </div>`;
  }

  #renderError({ code }: VerifyError) {
    return html`<div class="error" role="alert" data-testid="verify-error" data-code=${code}>
      <svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
        <rect x="5" y="13" width="38" height="26" rx="6" />
        <circle cx="24" cy="26" r="7" />
        <path d="M17 13l2-4h10l2 4M7 7l34 36" />
      </svg>
      <h2>${this.#t(`error_${code}`)}</h2>
      <p>${this.#t(`todo_${code}`)}</p>
      <button data-testid="verify-retry" @click=${this.#retry}>${this.#t("retry")}</button>
    </div>`;
  }
}
