import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Card, Vehicle } from "@ownerproof/api-client";
import { api } from "../../api.ts";
import { field } from "../../parts/field.ts";
import { isCardNumber, isIccid, normalise } from "../../rules/vehicle.ts";
import { t } from "../../texts/index.ts";
import { CarForm, carLine } from "./form.ts";

/** Another card in the place of one, because the part that holds it was replaced (Rules, Art 13). */
@customElement("owner-replacement")
export class OwnerReplacement extends CarForm {
  @property() vehicle = "";

  @state() private chosen = "";
  @state() private iccid = "";
  @state() private msisdn = "";

  /** Cards that can go. */
  get #cards(): Card[] {
    return this.car?.cards.filter(({ state }) => state === "active") ?? [];
  }

  /** The one that goes: chosen, or the only one. */
  get #old(): string {
    return this.chosen || (this.#cards.length === 1 ? this.#cards[0]!.id : "");
  }

  protected get ready(): boolean {
    return this.#old !== "" && isIccid(this.iccid) && isCardNumber(this.msisdn);
  }

  protected start() {
    return api.POST("/owner/replacements", { body: { card_id: this.#old, iccid: this.iccid, msisdn: this.msisdn } });
  }

  protected form(car: Vehicle) {
    const texts = { title: t("title_replacement"), lead: t("replacement_lead"), next: t("replacement_next"), go: t("replacement_go") };
    return this.frame(
      texts,
      html`<p class="muted">${carLine(car)}</p>
        <fieldset class="panel">
          <legend>${t("replacement_which")}</legend>
          ${this.#cards.map(
            ({ id, msisdn_masked, iccid_masked }) => html`<label class="check">
              <input type="radio" name="card" data-testid="old-card" .checked=${this.#old === id} @change=${() => (this.chosen = id)} />
              <span class="mono">${msisdn_masked}<br /><span class="muted small">ICCID ${iccid_masked}</span></span>
            </label>`,
          )}
        </fieldset>
        ${field({
          id: "iccid", label: t("iccid"), value: this.iccid, max: 24, number: true,
          ...hint(this.iccid, isIccid(this.iccid), 20, t("iccid_hint"), t("iccid_wrong")),
          change: (text) => (this.iccid = normalise(text)),
        })}
        ${field({
          id: "msisdn", label: t("msisdn"), value: this.msisdn, max: 18, number: true,
          ...hint(this.msisdn, isCardNumber(this.msisdn), 13, t("msisdn_hint"), t("msisdn_wrong")),
          change: (text) => (this.msisdn = normalise(text)),
        })}`,
    );
  }
}

/** What is said under a number: wrong only once it can no longer become right. */
function hint(text: string, fits: boolean, full: number, expected: string, wrong: string): { hint: string; tone: "good" | "bad" | "" } {
  if (fits) return { hint: t("number_ok"), tone: "good" };
  return text.length >= full ? { hint: wrong, tone: "bad" } : { hint: expected, tone: "" };
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-replacement": OwnerReplacement;
  }
}
