import { type PropertyValues, css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintCase as Case, type ComplaintPresence, type StaffMe } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import "./composer.ts";
import type { ComplaintComposer, Mode } from "./composer.ts";
import "./conversation.ts";
import "./facts.ts";
import { tone } from "./list.ts";
import { live } from "./live.ts";
import { Presence } from "./presence.ts";
import { type Can, can } from "./rights.ts";
import "./steps.ts";
import { t, tCode } from "./texts.ts";

/**
 * One case: the conversation, what runs against it, who else is at it, and what can be done.
 *
 * @fires closed  the person wants back to the list
 */
@customElement("complaint-case")
export class ComplaintCase extends LocalizedElement {
  @property() complaintId = "";
  @property({ attribute: false }) me!: StaffMe;
  /** Names of those who handle complaints, by id. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();

  @state() private case: Case | null = null;
  @state() private etag = "";
  @state() private others: ComplaintPresence["others"] = [];
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("complaint-composer") private composer!: ComplaintComposer | null;
  @query(".scroll") private talk!: HTMLElement | null;

  #presence = new Presence(this, (others) => (this.others = others));
  #stop: (() => void) | null = null;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: auto minmax(0, 1fr);
        min-height: 0;
        height: 100%;
        background: var(--op-surface);
      }
      header {
        padding: 10px 16px;
        border-bottom: 1px solid var(--op-line);
      }
      header .row {
        flex-wrap: wrap;
        gap: 4px 10px;
      }
      h1 {
        font-size: 20px;
      }
      .back {
        display: none;
        margin: 0 0 0 -12px;
      }
      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 300px;
        min-height: 0;
      }
      .talk {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr) auto;
        min-height: 0;
      }
      .scroll {
        overflow-y: auto;
        padding: 4px 16px 20px;
      }
      complaint-facts {
        overflow-y: auto;
        padding: 8px 16px 24px;
        border-left: 1px solid var(--op-line);
      }
      .here {
        display: inline-flex;
        gap: 6px;
        align-items: center;
        color: var(--op-accent);
      }
      .here::before {
        content: "";
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--op-good);
      }
      .proposal {
        margin-top: 20px;
        border-color: var(--op-accent);
        box-shadow: none;
      }
      .proposal .text {
        margin: 8px 0;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .lonely {
        padding: 24px;
      }
      @media (max-width: 1180px) {
        :host {
          height: auto;
        }
        .back {
          display: inline-flex;
        }
        .body {
          grid-template-columns: minmax(0, 1fr);
        }
        .scroll,
        complaint-facts {
          overflow: visible;
        }
        complaint-facts {
          border-left: 0;
          border-top: 1px solid var(--op-line);
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = live.listen({
      news: (news) => {
        if (news.kind === "refetch") void this.#load();
        else if (news.id !== this.complaintId) return;
        else if (news.kind === "presence") void this.#presence.look();
        else if (`"${news.version}"` !== this.etag) void this.#load();
      },
    });
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("complaintId")) return;
    this.case = null;
    this.error = null;
    this.#presence.at(this.complaintId);
    void this.#load();
  }

  /** Opens the box for an answer or a note. */
  write(mode: Mode): void {
    void this.composer?.write(mode);
  }

  /** Takes it, if nobody has it. */
  take(): void {
    if (this.case && this.#can(this.case).take) void this.#do(() => api.POST("/console/complaints/{id}/take", { params: this.#params }));
  }

  get #params() {
    return { path: { id: this.complaintId } };
  }

  #can(shown: Case): Can {
    return can(this.me, shown);
  }

  async #load(): Promise<void> {
    const id = this.complaintId;
    try {
      const { data, response } = await api.GET("/console/complaints/{id}", { params: { path: { id } } });
      if (id !== this.complaintId || !data) return;
      const grown = data.lines.length !== this.case?.lines.length;
      this.case = data;
      this.etag = response.headers.get("etag") ?? "";
      this.error = null;
      await this.updateComplete;
      // The conversation is drawn after this element.
      if (grown) requestAnimationFrame(() => this.talk?.scrollTo({ top: this.talk.scrollHeight }));
    } catch (error) {
      if (id === this.complaintId) this.error = error;
    }
  }

  async #do(call: () => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    let failed: unknown = null;
    await call().catch((error: unknown) => (failed = error));
    await this.#load();
    this.error ??= failed;
    this.busy = false;
  }

  async #overtaken(): Promise<void> {
    await this.#load();
    if (this.case) await this.composer?.resume(this.case, this.etag);
  }

  protected override render() {
    if (!this.case) return html`<div class="lonely">${problem(this.error)}</div>`;
    const shown = this.case;
    const may = this.#can(shown);
    return html`
      ${this.#heading(shown, may)}
      <div class="body">
        <div class="talk">
          <div class="scroll">
            <complaint-conversation .case=${shown} .names=${this.names}></complaint-conversation>
            ${this.#proposal(shown, may)} ${problem(this.error)}
          </div>
          <complaint-composer .case=${shown} .can=${may} .etag=${this.etag} @sent=${this.#load}
            @overtaken=${this.#overtaken} @typing=${(event: CustomEvent<boolean>) => this.#presence.typing(event.detail)}></complaint-composer>
        </div>
        <complaint-facts .case=${shown} .me=${this.me} .etag=${this.etag} @changed=${this.#load}></complaint-facts>
      </div>
    `;
  }

  #heading(shown: Case, may: Can) {
    const { complaint, mine } = shown;
    const turn = mine && complaint.next_actor === "handler" ? t("next_me") : tCode("next", complaint.next_actor);
    return html`<header>
      <button class="text back" @click=${() => this.dispatchEvent(new CustomEvent("closed"))}>‹ ${t("back")}</button>
      <div class="row">
        <h1>${tCode("kind", complaint.kind)}</h1>
        <span class="chip ${tone(complaint)}" data-testid="state" data-state=${complaint.state}>${tCode("state", complaint.state)}</span>
        ${complaint.state === "waiting_for_user" || complaint.next_actor === "nobody"
          ? null
          : html`<span class="chip ${mine ? "warn" : ""}" data-testid="turn">${turn}</span>`}
        ${complaint.snoozed_until ? html`<span class="chip">${t("snoozed", { at: moment(complaint.snoozed_until) })}</span>` : null}
        ${this.#presentNow()}
      </div>
      <complaint-steps .case=${shown} .can=${may} .etag=${this.etag} @changed=${this.#load}></complaint-steps>
    </header>`;
  }

  #presentNow() {
    const names = (typing: boolean): string =>
      this.others.filter((other) => other.typing === typing).map(({ name }) => name).join(t("and"));
    const [typing, looking] = [names(true), names(false)];
    if (!typing && !looking) return null;
    return html`<span class="here small" data-testid="presence" role="status">
      ${typing ? t("presence_types", { names: typing }) : null} ${looking ? t("presence_looks", { names: looking }) : null}
    </span>`;
  }

  /** The answer that waits to be sent, and by whom it can be. */
  #proposal({ complaint, lines, proposed_by_me }: Case, may: Can) {
    if (complaint.state !== "proposed" && complaint.state !== "second_approval") return null;
    const proposed = lines.findLast(({ kind }) => kind === "proposed");
    const second = complaint.state === "second_approval";
    const header = { "If-Match": this.etag };
    const reply = () => this.#do(() => api.POST("/console/complaints/{id}/reply", { params: { ...this.#params, header } }));
    const send = (event: Event): void => {
      event.preventDefault();
      const text = String(new FormData(event.target as HTMLFormElement).get("why") ?? "").trim();
      if (text) void this.#do(() => api.POST("/console/complaints/{id}/return", { params: { ...this.#params, header }, body: { text } }));
    };
    return html`<section class="panel proposal" data-testid="proposal">
      <h2>${t("proposal")} · ${tCode("outcome", complaint.outcome ?? "")}</h2>
      <p class="muted small">${t("proposal_by", { name: proposed?.staff ?? "" })}</p>
      <p class="text">${proposed?.text}</p>
      ${second && proposed_by_me ? html`<p class="notice">${t("second_person")}</p>` : null}
      ${may.reply
        ? html`<div class="stack">
            <button data-testid="reply" ?disabled=${this.busy} @click=${reply}>${t(second ? "approve_second" : "approve")}</button>
            <details>
              <summary class="small">${t("return")}</summary>
              <form class="stack" @submit=${send}>
                <textarea name="why" rows="2" maxlength="2000" required aria-label=${t("return_words")} placeholder=${t("return_words")}></textarea>
                <button class="quiet" data-testid="return" ?disabled=${this.busy}>${t("return")}</button>
              </form>
            </details>
          </div>`
        : null}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-case": ComplaintCase;
  }
}
