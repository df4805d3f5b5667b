import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "./problem.ts";
import { api, setToken } from "./session.ts";
import { t } from "./texts.ts";

/** Signing in with user name and password. */
@customElement("console-sign-in")
export class ConsoleSignIn extends LocalizedElement {
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      form {
        max-width: 400px;
        margin: 8vh auto 0;
        padding: 32px;
      }
    `,
  ];

  async #signIn(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const field = (name: string): string => String(form.get(name) ?? "");
    this.busy = true;
    this.error = null;
    try {
      const credentials = { username: field("username"), password: field("password") };
      setToken((await body(api.POST("/console/sessions", { body: credentials }))).token);
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  protected override render() {
    return html`<form class="panel stack" @submit=${this.#signIn}>
      <h1>${t("sign_in_title")}</h1>
      <div>
        <label for="username">${t("username")}</label>
        <input id="username" name="username" data-testid="username" autocomplete="username" required />
      </div>
      <div>
        <label for="password">${t("password")}</label>
        <input id="password" name="password" data-testid="password" type="password" autocomplete="current-password" required />
      </div>
      ${problem(this.error)}
      <button class="wide" data-testid="sign-in" ?disabled=${this.busy}>${t("sign_in")}</button>
    </form>`;
  }
}
