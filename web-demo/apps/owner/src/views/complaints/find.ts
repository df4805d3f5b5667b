import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ComplaintStatus, body } from "@ownerproof/api-client";
import { LocalizedElement, base, lastDay, moment } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem } from "../../parts/problem.ts";
import { href } from "../../router.ts";
import { phone } from "../../rules/phone.ts";
import { t, tCode } from "../../texts/index.ts";
import { tone } from "./parts.ts";

/** Where a complaint stands, for who knows its number and the phone number left with it; nobody need be signed in. */
@customElement("owner-complaint-find")
export class OwnerComplaintFind extends LocalizedElement {
  @state() private number = "";
  @state() private phone = "";
  @state() private found: ComplaintStatus | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 8px 16px;
      }
      dd {
        text-align: right;
      }
      .state {
        font-size: 26px;
        font-weight: 600;
      }
    `,
  ];

  async #find(event: Event): Promise<void> {
    event.preventDefault();
    const number = phone(this.phone);
    if (!number || this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      this.found = await body(api.POST("/portal/complaints/lookup", { body: { number: this.number.trim(), phone: number } }));
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  protected override render() {
    return html`<div class="stack-l">
      <a class="button text back" href=${href({ view: "complaints" })}>‹ ${t("complaints_title")}</a>
      <div>
        <h1>${t("find_title")}</h1>
        ${this.found ? null : html`<p class="lead">${t("find_lead")}</p>`}
      </div>
      ${this.found ? this.#result(this.found) : this.#form()}
    </div>`;
  }

  #form() {
    const value = (event: Event): string => (event.target as HTMLInputElement).value;
    return html`<form class="stack" novalidate @submit=${this.#find}>
      <div>
        <label for="number">${t("find_number")}</label>
        <input id="number" class="mono" data-testid="find-number" maxlength="20" autocapitalize="characters" spellcheck="false"
          aria-describedby="number-hint" .value=${this.number} @input=${(event: Event) => (this.number = value(event))} />
        <p id="number-hint" class="hint">${t("find_number_hint")}</p>
      </div>
      <div>
        <label for="phone">${t("phone")}</label>
        <input id="phone" data-testid="find-phone" type="tel" inputmode="numeric" autocomplete="tel-national" .value=${this.phone}
          @input=${(event: Event) => (this.phone = value(event))} />
      </div>
      ${problem(this.error)}
      <button class="wide" data-testid="find" ?disabled=${this.busy || !this.number.trim() || !phone(this.phone)}>${t("find_go")}</button>
    </form>`;
  }

  #result(found: ComplaintStatus) {
    const { number, kind, state, received_at, answer_by, replied_at } = found;
    return html`
      <section class="panel stack" data-testid="found" role="status">
        <div class="row between">
          <p class="state">${tCode("cstate", state)}</p>
          <span class="chip ${tone(found)}">${tCode("kind", kind)}</span>
        </div>
        <dl>
          <dt class="muted">${t("complaint_number")}</dt><dd class="mono">${number}</dd>
          <dt class="muted">${t("complaint_received")}</dt><dd>${moment(received_at)}</dd>
          ${replied_at
            ? html`<dt class="muted">${t("complaint_replied_at")}</dt><dd>${moment(replied_at)}</dd>`
            : html`<dt class="muted">${t("complaint_answer_by")}</dt><dd>${lastDay(answer_by)}</dd>`}
        </dl>
      </section>
      <p class="muted">${t("find_more")}</p>
      <a class="button wide" href=${href({ view: "complaints" })}>${t("find_sign_in")}</a>
      <button class="text" @click=${() => (this.found = null)}>${t("find_again")}</button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-complaint-find": OwnerComplaintFind;
  }
}
