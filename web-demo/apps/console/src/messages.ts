import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Message, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, moment } from "@ownerproof/ui";
import { problem } from "./problem.ts";
import { api } from "./session.ts";
import { t } from "./texts.ts";

/** The texts that the default gateway wrote instead of sending, the newest first. */
@customElement("console-messages")
export class ConsoleMessages extends LocalizedElement {
  @state() private messages: Message[] | null = null;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      .panel {
        padding: 0;
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        text-align: left;
      }
      th,
      td {
        padding: 14px 20px;
        border-bottom: 1px solid var(--op-line);
        vertical-align: top;
      }
      tr:last-child td {
        border-bottom: 0;
      }
      th {
        font-size: 14px;
        font-weight: 500;
        color: var(--op-ink-2);
      }
      td:not(:last-child) {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      .empty {
        padding: 56px 24px;
        text-align: center;
      }
      @media (max-width: 640px) {
        thead {
          display: none;
        }
        tr {
          display: grid;
          grid-template-columns: auto 1fr;
          padding: 14px 16px;
          gap: 2px 12px;
          border-bottom: 1px solid var(--op-line);
        }
        td {
          padding: 0;
          border: 0;
          color: var(--op-ink-2);
          font-size: 14px;
        }
        td:last-child {
          grid-column: 1 / -1;
          color: var(--op-ink);
          font-size: 16px;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Poll(this, () => this.#load(), 2000);
  }

  async #load(): Promise<boolean> {
    try {
      this.messages = (await body(api.GET("/console/messages"))).items.toSorted((a, b) => b.at.localeCompare(a.at));
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    return true;
  }

  protected override render() {
    return html`<div class="stack-l">
      <div>
        <h1>${t("messages")}</h1>
        <p class="lead">${t("messages_lead")}</p>
      </div>
      ${problem(this.error)} ${this.messages ? this.#table(this.messages) : this.error ? null : this.#skeleton()}
    </div>`;
  }

  #table(messages: Message[]) {
    if (messages.length === 0) {
      return html`<div class="panel empty"><h2>${t("empty")}</h2><p class="lead">${t("empty_lead")}</p></div>`;
    }
    return html`<div class="panel">
      <table data-testid="messages">
        <thead>
          <tr><th scope="col">${t("at")}</th><th scope="col">${t("to")}</th><th scope="col">${t("text")}</th></tr>
        </thead>
        <tbody>
          ${messages.map(
            ({ at, to_masked, text }) => html`<tr data-testid="message">
              <td><time datetime=${at}>${moment(at)}</time></td>
              <td class="mono">${to_masked}</td>
              <td data-testid="message-text">${text}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #skeleton() {
    return html`<div class="stack" role="status">
      <span class="sr-only">${t("loading")}</span>
      <span class="bone"></span><span class="bone"></span><span class="bone short"></span>
    </div>`;
  }
}
