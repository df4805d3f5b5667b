import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import "@ownerproof/ui";
import { LocalizedElement, base } from "@ownerproof/ui";
import "./messages.ts";
import "./review.ts";
import "./reviews.ts";
import { onSessionChange, setToken, token } from "./session.ts";
import "./sign-in.ts";
import { t } from "./texts.ts";

/** The frame of the console. The address after `#/` says which screen is shown. */
@customElement("console-app")
export class ConsoleApp extends LocalizedElement {
  @state() private place = location.hash;

  #stop: (() => void) | null = null;

  static override styles = [
    base,
    css`
      nav {
        display: flex;
        gap: 4px;
        max-width: var(--op-page);
        margin: 0 auto;
        padding: 0 12px;
      }
      nav a {
        padding: 10px 8px;
        margin: 0 4px;
        border-bottom: 2px solid transparent;
        color: var(--op-ink-2);
        text-decoration: none;
      }
      nav a[aria-current="page"] {
        border-color: var(--op-accent);
        color: var(--op-ink);
        font-weight: 600;
      }
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
    window.addEventListener("hashchange", this.#moved);
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    window.removeEventListener("hashchange", this.#moved);
    super.disconnectedCallback();
  }

  #moved = (): void => {
    this.place = location.hash;
  };

  protected override render() {
    document.title = t("app");
    const signedIn = token() !== null;
    return html`
      <op-header section=${t("section")}>
        ${signedIn ? html`<button class="text" data-testid="sign-out" @click=${() => setToken(null)}>${t("sign_out")}</button>` : null}
      </op-header>
      ${signedIn ? this.#navigation() : null}
      <main>${signedIn ? this.#screen() : html`<console-sign-in></console-sign-in>`}</main>
    `;
  }

  #navigation() {
    const entry = (to: string, text: string, here: boolean) =>
      html`<a href=${to} data-testid="nav" aria-current=${here ? "page" : "false"}>${text}</a>`;
    const reviews = this.place.startsWith("#/reviews");
    return html`<nav>
      ${entry("#/", t("messages"), !reviews)} ${entry("#/reviews", t("reviews"), reviews)}
    </nav>`;
  }

  #screen() {
    const [, section, id] = this.place.split("/");
    if (section !== "reviews") return html`<console-messages></console-messages>`;
    return id ? html`<console-review .reviewId=${id}></console-review>` : html`<console-reviews></console-reviews>`;
  }
}
