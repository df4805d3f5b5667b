import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import "@ownerproof/ui";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "./api.ts";
import { type Route, parse } from "./router.ts";
import { onSessionChange, setSession, token } from "./session.ts";
import { t } from "./texts/index.ts";
import "./views/home.ts";
import "./views/invite.ts";
import "./views/sign-in.ts";
import "./views/request.ts";

/** The frame of the app: header, the screen of the route, and signing in where a screen needs it. */
@customElement("owner-app")
export class OwnerApp extends LocalizedElement {
  @state() private route: Route = parse(location.hash);

  #stop: (() => void) | null = null;

  static override styles = [
    base,
    css`
      main {
        max-width: 560px;
        margin: 0 auto;
        padding: 12px 20px max(40px, env(safe-area-inset-bottom));
      }
      main.wide {
        max-width: 1080px;
      }
      main:focus {
        outline: none;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#navigate);
    this.#stop = onSessionChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    window.removeEventListener("hashchange", this.#navigate);
    this.#stop?.();
    super.disconnectedCallback();
  }

  #navigate = async (): Promise<void> => {
    this.route = parse(location.hash);
    await this.updateComplete;
    window.scrollTo(0, 0);
    // Screen readers go on from the top of the new screen.
    this.renderRoot.querySelector("main")?.focus({ preventScroll: true });
  };

  async #signOut(): Promise<void> {
    await api.DELETE("/owner/sessions/current").catch(() => {});
    setSession(null);
  }

  protected override render() {
    document.title = t("app");
    const wide = token() && (["home", "request", "complaint"].includes(this.route.view));
    return html`
      <op-header>
        ${token() ? html`<button class="text" data-testid="sign-out" @click=${this.#signOut}>${t("sign_out")}</button>` : null}
      </op-header>
      <main tabindex="-1" class=${wide ? "wide" : ""}>${this.#screen()}</main>
    `;
  }

  #screen() {
    const { route } = this;
    if (route.view === "invite") return html`<owner-invite .token=${route.token}></owner-invite>`;
    if (route.view === "complaint-find") {
      void import("./views/complaints/find.ts");
      return html`<owner-complaint-find></owner-complaint-find>`;
    }
    if (!token()) return html`<owner-sign-in ?complaint=${route.view.startsWith("complaint")}></owner-sign-in>`;
    switch (route.view) {
      case "request":
        return html`<owner-request .requestId=${route.id}></owner-request>`;
      case "verify":
        // The camera and everything behind it come only when they are needed.
        void import("./views/verify/flow.ts");
        return html`<owner-verify .requestId=${route.id}></owner-verify>`;
      case "accept":
        void import("./views/accept.ts");
        return html`<owner-accept .requestId=${route.id}></owner-accept>`;
      case "cancellation":
        void import("./views/start/index.ts");
        return html`<owner-cancellation .vehicle=${route.vehicle}></owner-cancellation>`;
      case "replacement":
        void import("./views/start/index.ts");
        return html`<owner-replacement .vehicle=${route.vehicle}></owner-replacement>`;
      case "rectification":
        void import("./views/start/index.ts");
        return html`<owner-rectification .vehicle=${route.vehicle}></owner-rectification>`;
      case "claim":
        void import("./views/start/index.ts");
        return html`<owner-claim></owner-claim>`;
      case "registration":
        void import("./views/start/index.ts");
        return html`<owner-registration .notice=${route.notice ?? ""}></owner-registration>`;
      case "complaints":
        void import("./views/complaints/list.ts");
        return html`<owner-complaints></owner-complaints>`;
      case "complaint-new":
        void import("./views/complaints/new.ts");
        return html`<owner-complaint-new .vehicle=${route.vehicle ?? ""}></owner-complaint-new>`;
      case "complaint":
        void import("./views/complaints/case.ts");
        return html`<owner-complaint .complaintId=${route.id}></owner-complaint>`;
      default:
        return html`<owner-home></owner-home>`;
    }
  }
}
