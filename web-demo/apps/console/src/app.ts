import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import "@ownerproof/ui";
import { LocalizedElement, base } from "@ownerproof/ui";
import "./messages.ts";
import { onSessionChange, setToken, token } from "./session.ts";
import "./sign-in.ts";
import { t } from "./texts.ts";

/** The frame of the console. */
@customElement("console-app")
export class ConsoleApp extends LocalizedElement {
  #stop: (() => void) | null = null;

  static override styles = [
    base,
    css`
      main {
        max-width: var(--op-page);
        margin: 0 auto;
        padding: 20px 20px 48px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onSessionChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override render() {
    document.title = t("app");
    return html`
      <op-header section=${t("section")}>
        ${token() ? html`<button class="text" data-testid="sign-out" @click=${() => setToken(null)}>${t("sign_out")}</button>` : null}
      </op-header>
      <main>${token() ? html`<console-messages></console-messages>` : html`<console-sign-in></console-sign-in>`}</main>
    `;
  }
}
