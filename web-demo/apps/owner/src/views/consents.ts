import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Consent, body } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import { api } from "../api.ts";
import { problem } from "../parts/problem.ts";
import { t, tCode } from "../texts/index.ts";

/** The consents in force, each as easy to withdraw as it was to give (PIPL 15). Empty when there is none. */
@customElement("owner-consents")
export class OwnerConsents extends LocalizedElement {
  @state() private consents: Consent[] = [];
  @state() private withdrawn = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 10px 0;
        border-top: 1px solid var(--op-line);
      }
      button {
        margin: 0 -12px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#try(() => this.#load());
  }

  async #load(): Promise<void> {
    this.consents = (await body(api.GET("/owner/consents"))).items;
  }

  async #withdraw(id: string): Promise<void> {
    await this.#try(async () => {
      await api.DELETE("/owner/consents/{id}", { params: { path: { id } } });
      this.withdrawn = true;
      await this.#load();
    });
  }

  async #try(task: () => Promise<void>): Promise<void> {
    this.error = null;
    await task().catch((error: unknown) => (this.error = error));
  }

  protected override render() {
    if (this.consents.length === 0 && !this.withdrawn) return problem(this.error);
    return html`<section class="panel">
      <h2>${t("consents_title")}</h2>
      ${this.withdrawn ? html`<p class="hint good" role="status" data-testid="consent-withdrawn">${t("consent_withdrawn")}</p>` : null}
      <ul>
        ${this.consents.map(
          ({ id, purpose, given_at }) => html`<li>
            <div class="grow">
              <p>${tCode("consent_to", purpose)}</p>
              <p class="muted small">${t("consent_given", { at: moment(given_at) })}</p>
            </div>
            <button class="text danger" data-testid="withdraw-consent" @click=${() => this.#withdraw(id)}>
              ${t("consent_withdraw")}
            </button>
          </li>`,
        )}
      </ul>
      ${problem(this.error)}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-consents": OwnerConsents;
  }
}
