import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { LocalizedElement, base } from "@ownerproof/ui";
import { t } from "../../texts/index.ts";

/**
 * What is done with the face, in plain words, before the camera opens. The way without a face is as close as the way
 * with it, and sending pictures is a consent of its own (PIPL 29).
 *
 * @fires consent-given {upload}
 * @fires consent-refused
 * @fires consent-back
 */
@customElement("owner-consent")
export class OwnerConsent extends LocalizedElement {
  @property({ type: Boolean }) busy = false;

  @state() private upload = false;

  static override styles = [
    base,
    css`
      dl > div + div {
        margin-top: 16px;
      }
      dt {
        font-weight: 600;
      }
      dd {
        color: var(--op-ink-2);
      }
      .upload h2 {
        margin-bottom: 8px;
      }
    `,
  ];

  #tell(type: string, detail?: { upload: boolean }): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  protected override render() {
    return html`<div class="stack-l">
      <div>
        <p class="steps">${t("step_of", { n: 2 })}</p>
        <h1>${t("consent_title")}</h1>
        <p class="lead">${t("consent_lead")}</p>
      </div>
      <dl class="panel">
        <div><dt>${t("consent_local_title")}</dt><dd>${t("consent_local")}</dd></div>
        <div><dt>${t("consent_purpose_title")}</dt><dd>${t("consent_purpose")}</dd></div>
      </dl>
      <section class="panel upload">
        <h2>${t("consent_upload_title")}</h2>
        <label class="check">
          <input type="checkbox" data-testid="consent-face" .checked=${this.upload}
            @change=${(event: Event) => (this.upload = (event.target as HTMLInputElement).checked)} />
          <span>${t("consent_upload")}</span>
        </label>
        <p class="hint">${t("consent_without")}</p>
      </section>
      <div class="stack">
        <button class="wide" data-testid="continue" ?disabled=${this.busy}
          @click=${() => this.#tell("consent-given", { upload: this.upload })}>${t("consent_go")}</button>
        <button class="wide quiet" data-testid="no-face" @click=${() => this.#tell("consent-refused")}>${t("no_face")}</button>
        <button class="text" @click=${() => this.#tell("consent-back")}>${t("back")}</button>
      </div>
    </div>`;
  }
}
