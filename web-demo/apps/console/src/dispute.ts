import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "./problem.ts";
import { api } from "./session.ts";
import { t } from "./texts.ts";

/** What can be done about a dispute: freeze the request, or end the dispute one way or the other. */
type Step = "freeze" | "dismissed" | "upheld";

/**
 * Freezes a request or settles its dispute, with a sentence both sides read.
 *
 * @fires dispute-moved
 */
@customElement("console-dispute")
export class ConsoleDispute extends LocalizedElement {
  @property() requestId = "";

  @state() private done: Step | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      summary {
        font-weight: 600;
        cursor: pointer;
      }
      form {
        margin-top: 16px;
      }
      .row {
        flex-wrap: wrap;
      }
    `,
  ];

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const step = event.submitter?.getAttribute("value") as Step;
    const message = String(new FormData(form).get("message") ?? "");
    const params = { path: { id: this.requestId } };
    this.busy = true;
    this.error = this.done = null;
    try {
      await (step === "freeze"
        ? api.POST("/console/requests/{id}/dispute", { params, body: { message } })
        : api.POST("/console/requests/{id}/settlement", { params, body: { outcome: step, message } }));
      this.done = step;
      form.reset();
      this.dispatchEvent(new CustomEvent("dispute-moved"));
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  protected override render() {
    const button = (step: Step, danger = false) => html`<button class="quiet ${danger ? "danger" : ""}" value=${step}
      data-testid="dispute-${step}" ?disabled=${this.busy}>${t(`dispute_${step}`)}</button>`;
    return html`<details class="panel" data-testid="dispute">
      <summary>${t("dispute")}</summary>
      <form class="stack" @submit=${this.#submit}>
        <p class="muted">${t("dispute_lead")}</p>
        <div>
          <label for="message">${t("dispute_sentence")}</label>
          <textarea id="message" name="message" rows="2" maxlength="200" required data-testid="dispute-sentence"></textarea>
        </div>
        <div class="row">${button("freeze")} ${button("dismissed")} ${button("upheld", true)}</div>
        ${problem(this.error)}
        ${this.done ? html`<p class="notice good" role="status" data-testid="dispute-done">${t(`dispute_${this.done}_done`)}</p>` : null}
      </form>
    </details>`;
  }
}
