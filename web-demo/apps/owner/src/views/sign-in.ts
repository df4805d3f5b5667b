import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "../api.ts";
import { problem } from "../parts/problem.ts";
import { phone } from "../rules/phone.ts";
import { href } from "../router.ts";
import { sessionIsOver, setSession } from "../session.ts";
import { t } from "../texts/index.ts";

/** Signing in with a phone number and a code. `compact` leaves the welcome out, inside another screen. */
@customElement("owner-sign-in")
export class OwnerSignIn extends LocalizedElement {
  @property({ type: Boolean }) compact = false;
  /** Whoever came to complain: no account is needed beforehand. */
  @property({ type: Boolean }) complaint = false;

  @state() private number = "";
  @state() private code = "";
  @state() private wait = 0;
  @state() private sent: { to: string; minutes: number } | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  #timer = 0;

  static override styles = [
    base,
    css`
      .welcome {
        padding: 28px 0 32px;
      }
      .welcome h1 {
        font-size: 34px;
        line-height: 1.25;
      }
      .help {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        margin-top: 16px;
        border-top: 1px solid var(--op-line);
        padding-top: 8px;
      }
      .code {
        position: relative;
      }
      .code input {
        padding-right: 168px;
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.12em;
      }
      .code button {
        position: absolute;
        right: 4px;
        top: 4px;
        font-size: 15px;
      }
    `,
  ];

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  async #send(): Promise<void> {
    const to = phone(this.number);
    if (!to) return;
    await this.#try(async () => {
      const { resend_after_s, expires_in_s } = await body(api.POST("/owner/codes", { body: { phone: to } }));
      this.sent = { to, minutes: Math.round(expires_in_s / 60) };
      this.#countDown(resend_after_s);
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLInputElement>("#code")?.focus();
    });
  }

  async #signIn(event: Event): Promise<void> {
    event.preventDefault();
    const number = phone(this.number);
    if (!number || !this.#complete) return;
    await this.#try(async () => {
      setSession(await body(api.POST("/owner/sessions", { body: { phone: number, code: this.code } })), this.complaint);
    });
  }

  async #try(task: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    await task().catch((error: unknown) => (this.error = error));
    this.busy = false;
  }

  #countDown(seconds: number): void {
    clearInterval(this.#timer);
    const end = Date.now() + seconds * 1000;
    const tick = (): void => {
      this.wait = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      if (this.wait === 0) clearInterval(this.#timer);
    };
    this.#timer = window.setInterval(tick, 500);
    tick();
  }

  get #complete(): boolean {
    return /^\d{6}$/.test(this.code);
  }

  protected override render() {
    const valid = phone(this.number) !== null;
    const wrong = !valid && this.number.replace(/\D/g, "").length >= 11;
    return html`
      ${this.compact
        ? null
        : html`<div class="welcome">
            <h1>${t(this.complaint ? "complaints_title" : "signin_title")}</h1>
            <p class="lead">${t(this.complaint ? "signin_complaint_lead" : "signin_lead")}</p>
          </div>`}
      <form class="stack" novalidate @submit=${this.#signIn}>
        ${sessionIsOver() && !this.error
          ? html`<div class="notice warn" role="status" data-testid="session-over">
              <strong>${t("session_over")}</strong>
              <p>${t("session_over_todo")}</p>
            </div>`
          : null}
        <div>
          <label for="phone">${t("phone")}</label>
          <input id="phone" data-testid="phone" type="tel" inputmode="numeric" autocomplete="tel-national"
            aria-describedby="phone-hint" aria-invalid=${wrong} .value=${this.number}
            @input=${(event: InputEvent) => (this.number = (event.target as HTMLInputElement).value)} />
          <p id="phone-hint" class="hint ${wrong ? "bad" : ""}" ?hidden=${valid}>${t("phone_hint")}</p>
        </div>
        <div>
          <label for="code">${t("code")}</label>
          <div class="code">
            <input id="code" data-testid="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6"
              .value=${this.code}
              @input=${(event: InputEvent) => (this.code = (event.target as HTMLInputElement).value.replace(/\D/g, ""))} />
            <button type="button" class="text" data-testid="send-code" ?disabled=${!valid || this.wait > 0 || this.busy}
              @click=${this.#send}>
              ${this.wait > 0 ? t("resend_in", { n: this.wait }) : t(this.sent ? "resend" : "send_code")}
            </button>
          </div>
          <p class="hint" role="status">
            ${this.sent ? t("code_sent", { phone: mask(this.sent.to), n: this.sent.minutes }) : ""}
          </p>
        </div>
        ${problem(this.error)}
        <button class="wide" data-testid="sign-in" ?disabled=${!valid || !this.#complete || this.busy}>${t("sign_in")}</button>
        <p class="muted small">${t("signin_note")}</p>
      </form>
      ${this.compact ? null : this.#help()}
    `;
  }

  /** What can be done, or begun, without an account. */
  #help() {
    return html`<nav class="help">
      ${this.complaint
        ? null
        : html`<a class="button text" data-testid="complain" href=${href({ view: "complaints" })}>${t("complaints_title")}</a>`}
      <a class="button text" data-testid="find-complaint" href=${href({ view: "complaint-find" })}>${t("find_link")}</a>
    </nav>`;
  }
}

const mask = (number: string): string => `${number.slice(0, 3)}****${number.slice(-4)}`;

declare global {
  interface HTMLElementTagNameMap {
    "owner-sign-in": OwnerSignIn;
  }
}
