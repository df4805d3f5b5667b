import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ComplaintKind, body } from "@ownerproof/api-client";
import { LocalizedElement, base, region, regions } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { t, tCode } from "./texts.ts";

/** What a complaint can be about. */
export const KINDS: readonly ComplaintKind[] = [
  "registered_without_knowledge", "cannot_transfer", "prior_owner_unreachable", "wrong_data", "function_not_opened",
  "personal_data", "staff", "fee", "other",
];

/** What a handler writes down for somebody who calls or stands at the counter. */
@customElement("complaint-new")
export class ComplaintNew extends LocalizedElement {
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      :host {
        height: 100%;
        overflow-y: auto;
        background: var(--op-surface);
      }
      form {
        max-width: 640px;
        padding: 20px;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
        gap: 16px;
      }
    `,
  ];

  async #file(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const field = (name: string): string => String(form.get(name) ?? "").trim();
    const given = (name: string): Record<string, string> => (field(name) ? { [name]: field(name) } : {});
    this.busy = true;
    this.error = null;
    try {
      const { id } = await body(
        api.POST("/console/complaints", {
          body: {
            channel: field("channel") as "hotline" | "counter",
            kind: field("kind") as ComplaintKind,
            phone: field("phone"),
            text: field("text"),
            ...given("name"),
            ...given("region"),
            ...given("vin"),
          },
        }),
      );
      location.hash = `#/complaints/mine/${id}`;
    } catch (error) {
      this.error = error; // What was typed stays in the form.
    }
    this.busy = false;
  }

  protected override render() {
    return html`<form class="stack" @submit=${this.#file}>
      <div>
        <h1>${t("new")}</h1>
        <p class="lead">${t("new_lead")}</p>
      </div>
      <div class="two">
        <div>
          <label for="channel">${t("new_channel")}</label>
          <select id="channel" name="channel">
            ${(["hotline", "counter"] as const).map((one) => html`<option value=${one}>${tCode("channel", one)}</option>`)}
          </select>
        </div>
        <div>
          <label for="kind">${t("new_kind")}</label>
          <select id="kind" name="kind" data-testid="kind">${KINDS.map((one) => html`<option value=${one}>${tCode("kind", one)}</option>`)}</select>
        </div>
        <div>
          <label for="phone">${t("new_phone")}</label>
          <input id="phone" name="phone" type="tel" inputmode="numeric" maxlength="20" required data-testid="phone" />
        </div>
        <div>
          <label for="name">${t("new_name")}</label>
          <input id="name" name="name" maxlength="50" />
        </div>
        <div>
          <label for="vin">${t("new_vin")}</label>
          <input id="vin" name="vin" class="mono" maxlength="17" autocapitalize="characters" spellcheck="false" />
        </div>
        <div>
          <label for="region">${t("new_region")}</label>
          <select id="region" name="region">
            <option value="">${t("new_none")}</option>
            ${regions().map((code) => html`<option value=${code}>${region(code)}</option>`)}
          </select>
        </div>
      </div>
      <div>
        <label for="text">${t("new_text")}</label>
        <textarea id="text" name="text" rows="6" maxlength="4000" required data-testid="text"></textarea>
      </div>
      ${problem(this.error)}
      <button data-testid="file" ?disabled=${this.busy}>${t("new_go")}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-new": ComplaintNew;
  }
}
