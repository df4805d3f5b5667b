import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Correction, body } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem } from "../../parts/problem.ts";
import { t, tCode } from "../../texts/index.ts";

/**
 * Corrections that staff propose because of a complaint: nothing changes before the person agrees.
 *
 * @fires decided
 */
@customElement("owner-corrections")
export class OwnerCorrections extends LocalizedElement {
  @property() complaintId = "";
  /** Changes when the complaint does: then there may be another one. */
  @property({ type: Number }) lines = 0;

  @state() private items: readonly Correction[] = [];
  @state() private code = "";
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      dl {
        display: grid;
        gap: 4px;
        margin: 12px 0;
      }
      dd + dt {
        margin-top: 8px;
      }
      s {
        color: var(--op-ink-2);
      }
    `,
  ];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("lines") || changed.has("complaintId")) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const { items } = await body(api.GET("/owner/corrections"));
      this.items = items.filter(({ complaint_id }) => complaint_id === this.complaintId);
    } catch (error) {
      this.error = error;
    }
  }

  async #decide(id: string, confirm: boolean): Promise<void> {
    this.busy = true;
    this.error = null;
    const params = { path: { id } };
    try {
      await (confirm
        ? api.POST("/owner/corrections/{id}/confirm", { params, body: this.code ? { code: this.code } : {} })
        : api.POST("/owner/corrections/{id}/decline", { params }));
      await this.#load();
      this.dispatchEvent(new CustomEvent("decided"));
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  protected override render() {
    return this.items.map((item) => this.#correction(item));
  }

  #correction({ id, changes, state, code_needed, expires_at, vin_masked }: Correction) {
    const open = state === "proposed";
    return html`<section class="panel" data-testid="correction" data-state=${state}>
      <h2>${open ? t("correction_title") : tCode("correction", state)}</h2>
      ${open ? html`<p class="muted small">${t("correction_lead")}</p>` : null}
      <p class="small mono">${vin_masked}</p>
      <dl>
        ${changes.map(
          ({ field, before_masked, after }) => html`<dt class="muted small">${tCode("field", field)}</dt>
            <dd>${before_masked ? html`<s>${before_masked}</s> → ` : null}<strong>${after}</strong></dd>`,
        )}
      </dl>
      ${open
        ? html`<div class="stack">
            ${code_needed
              ? html`<div>
                  <label for="code">${t("code")}</label>
                  <input id="code" inputmode="numeric" maxlength="6" .value=${this.code}
                    @input=${(event: Event) => (this.code = (event.target as HTMLInputElement).value)} />
                </div>`
              : null}
            ${problem(this.error)}
            <button class="wide" data-testid="confirm-correction" ?disabled=${this.busy} @click=${() => this.#decide(id, true)}>${t("correction_confirm")}</button>
            <button class="wide quiet danger" data-testid="decline-correction" ?disabled=${this.busy} @click=${() => this.#decide(id, false)}>${t("correction_decline")}</button>
            <p class="muted small">${t("by_me", { at: moment(expires_at) })}</p>
          </div>`
        : null}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-corrections": OwnerCorrections;
  }
}
