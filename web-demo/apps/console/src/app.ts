import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import "@ownerproof/ui";
import { LocalizedElement, base } from "@ownerproof/ui";
import "./complaints/bell.ts";
import "./complaints/complaints.ts";
import { QUEUES, type Queue } from "./complaints/queues.ts";
import "./complaints/reports.ts";
import { t as tComplaints } from "./complaints/texts.ts";
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
        overflow-x: auto;
        gap: 4px;
        max-width: var(--op-page);
        margin: 0 auto;
        padding: 0 12px;
      }
      .wide {
        --op-page: 100%;
      }
      nav a {
        padding: 10px 8px;
        margin: 0 4px;
        border-bottom: 2px solid transparent;
        color: var(--op-ink-2);
        text-decoration: none;
        white-space: nowrap;
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
      main.wide {
        max-width: none;
        padding: 0;
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
    const wide = signedIn && this.#section === "complaints" ? "wide" : "";
    return html`
      <op-header class=${wide} section=${t("section")}>
        ${signedIn ? html`<complaint-bell></complaint-bell><button class="text" data-testid="sign-out" @click=${() => setToken(null)}>${t("sign_out")}</button>` : null}
      </op-header>
      ${signedIn ? this.#navigation(wide) : null}
      <main class=${wide}>${signedIn ? this.#screen() : html`<console-sign-in></console-sign-in>`}</main>
    `;
  }

  get #section(): string {
    const section = this.place.split("/")[1] ?? "";
    return ["complaints", "reviews", "reports"].includes(section) ? section : "";
  }

  #navigation(wide: string) {
    const entry = (to: string, text: string, here: boolean) =>
      html`<a href=${to} data-testid="nav" aria-current=${here ? "page" : "false"}>${text}</a>`;
    const section = this.#section;
    return html`<nav class=${wide}>
      ${entry("#/", t("messages"), section === "")} ${entry("#/complaints", tComplaints("complaints"), section === "complaints")}
      ${entry("#/reviews", t("reviews"), section === "reviews")} ${entry("#/reports", tComplaints("reports"), section === "reports")}
    </nav>`;
  }

  #screen() {
    const [, , first = "", second = ""] = this.place.split("/");
    if (this.#section === "complaints") {
      const queue = QUEUES.find((one) => one === first) ?? (first === "found" ? "found" : "mine");
      return html`<console-complaints .queue=${queue satisfies Queue | "found"} .complaintId=${second}></console-complaints>`;
    }
    if (this.#section === "reports") return html`<complaint-reports></complaint-reports>`;
    if (this.#section !== "reviews") return html`<console-messages></console-messages>`;
    const id = first;
    return id ? html`<console-review .reviewId=${id}></console-review>` : html`<console-reviews></console-reviews>`;
  }
}
