import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CancellationReason, Vehicle } from "@ownerproof/api-client";
import { base } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { consequences, consequencesStyles } from "../../parts/consequences.ts";
import { t, tCode } from "../../texts/index.ts";
import { CarForm, carLine } from "./form.ts";

const REASONS: readonly CancellationReason[] = ["scrapped", "sold_abroad", "lost", "other"];
/** Longest note, in characters. */
const NOTE = 200;

/** The end of service of a car (Rules, Art 13): why, and what it means. */
@customElement("owner-cancellation")
export class OwnerCancellation extends CarForm {
  @property() vehicle = "";

  @state() private reason: CancellationReason | null = null;
  @state() private note = "";

  static override styles = [base, consequencesStyles];

  protected get ready(): boolean {
    return this.reason !== null && (this.reason !== "other" || this.note.trim() !== "");
  }

  protected start() {
    const note = this.note.trim();
    const body = { vehicle_id: this.vehicle, reason: this.reason ?? "other", ...(note ? { note } : {}) };
    return api.POST("/owner/cancellations", { body });
  }

  protected form(car: Vehicle) {
    const texts = { title: t("title_cancellation"), lead: t("cancellation_lead"), next: t("cancellation_next"), go: t("cancellation_go") };
    return this.frame(
      texts,
      html`<p class="muted">${carLine(car)}</p>
        <fieldset class="panel">
          <legend>${t("reason")}</legend>
          ${REASONS.map(
            (reason) => html`<label class="check">
              <input type="radio" name="reason" data-testid="reason-${reason}" .checked=${this.reason === reason}
                @change=${() => (this.reason = reason)} />
              <span>${tCode("reason", reason)}</span>
            </label>`,
          )}
        </fieldset>
        <div>
          <label for="note">${t("note")}</label>
          <textarea id="note" data-testid="note" rows="3" maxlength=${NOTE} aria-describedby="note-hint" .value=${this.note}
            @input=${(event: InputEvent) => (this.note = (event.target as HTMLTextAreaElement).value)}></textarea>
          <p id="note-hint" class="hint">${t(this.reason === "other" ? "note_needed" : "note_optional")}</p>
        </div>
        ${consequences()}`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-cancellation": OwnerCancellation;
  }
}
