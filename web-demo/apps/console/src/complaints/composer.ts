import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintAnswer, type ComplaintCase, type ComplaintTemplate, Problem, body } from "@ownerproof/api-client";
import { LocalizedElement, base, locale } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import type { Can } from "./rights.ts";
import { t, tCode } from "./texts.ts";

/** What the words become. */
export type Mode = "say" | "ask" | "note" | "propose" | "heard";

const MODES: readonly Mode[] = ["say", "ask", "note", "propose", "heard"];
const ANSWERS: readonly ComplaintAnswer[] = ["upheld", "partly_upheld", "unfounded"];
/** Longest text, in characters. */
const LONGEST = 2000;

/** What was written and not sent, by complaint: kept while the console is open, and nowhere else. */
const drafts = new Map<string, Partial<Record<Mode, string>>>();
/** The place of the last words that were on the screen when a draft was begun, by complaint. */
const seen = new Map<string, number>();

/**
 * Where staff write. A draft stays until it was sent, whatever happens: another case, a refusal, a colleague or the
 * user who was faster.
 *
 * @fires typing  `detail` says whether
 * @fires sent
 * @fires overtaken  the complaint has moved on: load it, then call `resume`
 */
@customElement("complaint-composer")
export class ComplaintComposer extends LocalizedElement {
  @property({ attribute: false }) case!: ComplaintCase;
  @property({ attribute: false }) can!: Can;
  @property() etag = "";

  /** What the person chose last; it counts where it can be done. */
  @state() private wanted: Mode = "say";
  @state() private answer: ComplaintAnswer = "upheld";
  @state() private templates: readonly ComplaintTemplate[] = [];
  /** Somebody spoke while this was written, and it was not sent for that. */
  @state() private overtaken: "user" | "colleague" | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("textarea") private box!: HTMLTextAreaElement | null;

  static override styles = [
    base,
    css`
      form {
        padding: 8px 16px 14px;
        border-top: 1px solid var(--op-line);
        background: var(--op-surface);
      }
      form.note {
        background: var(--op-warn-soft);
      }
      .modes {
        display: flex;
        gap: 2px;
        overflow-x: auto;
        scrollbar-width: none;
      }
      .modes button {
        min-height: 36px;
        padding: 4px 12px;
        font-size: 15px;
        white-space: nowrap;
      }
      .modes button[aria-pressed="true"] {
        background: var(--op-accent-soft);
        font-weight: 600;
      }
      form.note .modes button[aria-pressed="true"] {
        background: var(--op-surface);
        color: var(--op-warn);
      }
      textarea {
        min-height: 84px;
        margin-top: 8px;
        font-size: 16px;
      }
      .row {
        flex-wrap: wrap;
        margin-top: 8px;
      }
      select {
        width: auto;
        max-width: 100%;
        min-height: 40px;
        padding: 6px 12px;
        font-size: 15px;
      }
      .row button {
        min-height: 40px;
        padding: 6px 20px;
        font-size: 15px;
      }
      .hint {
        margin-top: 4px;
      }
      .notice {
        margin-top: 8px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void body(api.GET("/console/templates")).then(
      ({ items }) => (this.templates = items),
      () => {}, // Templates save typing; without them one types.
    );
  }

  /** Opens the box for this, with the keys in it. */
  async write(mode: Mode): Promise<void> {
    if (!this.#modes.includes(mode)) return;
    this.wanted = mode;
    await this.updateComplete;
    this.box?.focus();
  }

  /**
   * The complaint as it is after somebody else moved it. If nobody spoke, what was refused goes out now: it was written
   * on the words that still are the last.
   */
  async resume(now: ComplaintCase, etag: string): Promise<void> {
    this.case = now;
    this.etag = etag;
    const news = now.lines.filter((line) => line.seq > (seen.get(this.#id) ?? 0) && isSpoken(line));
    if (news.length === 0) return this.#send();
    seen.set(this.#id, lastSpoken(now));
    this.overtaken = news.some(({ actor }) => actor === "user") ? "user" : "colleague";
  }

  get #id(): string {
    return this.case.complaint.id;
  }

  get #modes(): readonly Mode[] {
    return MODES.filter((mode) => this.can[mode]);
  }

  private get mode(): Mode {
    const modes = this.#modes;
    return modes.includes(this.wanted) ? this.wanted : (modes[0] ?? "note");
  }

  get #text(): string {
    return drafts.get(this.#id)?.[this.mode] ?? "";
  }

  #put(text: string): void {
    drafts.set(this.#id, { ...drafts.get(this.#id), [this.mode]: text });
    this.requestUpdate();
  }

  #typed(text: string): void {
    if (!this.#text) seen.set(this.#id, lastSpoken(this.case));
    this.#put(text);
    this.dispatchEvent(new CustomEvent("typing", { detail: text !== "" }));
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.#send(event);
    else if (event.key === "Escape") this.box?.blur();
  }

  async #send(event?: Event): Promise<void> {
    event?.preventDefault();
    const text = this.#text.trim();
    if (!text || this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await this.#call(text);
      this.#put("");
      this.overtaken = null;
      this.dispatchEvent(new CustomEvent("typing", { detail: false }));
      this.dispatchEvent(new CustomEvent("sent"));
    } catch (error) {
      if (error instanceof Problem && error.slug === "precondition-failed") this.dispatchEvent(new CustomEvent("overtaken"));
      else this.error = error;
    }
    this.busy = false;
  }

  #call(text: string): Promise<unknown> {
    // Whoever has read what came in may send anyway: both are kept, in order.
    const header = this.overtaken ? {} : { "If-Match": this.etag };
    const params = { path: { id: this.#id } };
    switch (this.mode) {
      case "say":
      case "ask":
        return api.POST("/console/complaints/{id}/messages", {
          params: { ...params, header },
          body: { text, asks: this.mode === "ask" },
        });
      case "propose":
        return api.POST("/console/complaints/{id}/proposal", {
          params: { ...params, header },
          body: { text, outcome: this.answer },
        });
      case "note":
        return api.POST("/console/complaints/{id}/notes", { params, body: { text } });
      case "heard":
        return api.POST("/console/complaints/{id}/heard", { params, body: { text } });
    }
  }

  /** The words of a template with this complaint's data in them, to be read and changed before they are sent. */
  async #fill(event: Event): Promise<void> {
    const select = event.target as HTMLSelectElement;
    const template = select.value;
    select.value = "";
    if (!template) return;
    try {
      const params = { path: { id: this.#id, template } };
      const filled = await body(api.GET("/console/complaints/{id}/templates/{template}", { params }));
      const words = locale() === "en" ? filled.en : filled.zh;
      this.#typed(this.#text ? `${this.#text}\n\n${words}` : words);
      this.box?.focus();
    } catch (error) {
      this.error = error;
    }
  }

  protected override render() {
    const modes = this.#modes;
    if (modes.length === 0) return null;
    const { mode } = this;
    return html`<form class=${mode} @submit=${this.#send}>
      <div class="modes" role="group">
        ${modes.map(
          (one) => html`<button type="button" class="text" aria-pressed=${mode === one ? "true" : "false"} data-testid="mode-${one}"
            @click=${() => this.write(one)}>${tCode("mode", one)}</button>`,
        )}
      </div>
      <textarea rows="3" maxlength=${LONGEST} data-testid="words" aria-label=${tCode("mode", mode)} aria-describedby="lead"
        .value=${this.#text} @keydown=${this.#key}
        @input=${(event: Event) => this.#typed((event.target as HTMLTextAreaElement).value)}></textarea>
      <p id="lead" class="hint">${tCode("mode", `${mode}_lead`)}</p>
      ${this.overtaken
        ? html`<p class="notice warn" role="alert" data-testid="overtaken">${t("overtaken", { who: tCode("overtaken", this.overtaken) })}</p>`
        : null}
      ${problem(this.error)}
      <div class="row">
        ${mode === "propose" ? this.#answers() : null} ${mode === "note" || mode === "heard" ? null : this.#choice()}
        <span class="grow"></span>
        <button data-testid="send" ?disabled=${this.busy || !this.#text.trim()}>
          ${this.overtaken ? t("send_anyway") : tCode("send", mode)}
        </button>
      </div>
    </form>`;
  }

  #answers() {
    return html`<select aria-label=${t("outcome")} data-testid="outcome"
      @change=${(event: Event) => (this.answer = (event.target as HTMLSelectElement).value as ComplaintAnswer)}>
      ${ANSWERS.map((one) => html`<option value=${one} ?selected=${one === this.answer}>${tCode("outcome", one)}</option>`)}
    </select>`;
  }

  #choice() {
    const { kind } = this.case.complaint;
    const fitting = this.templates.filter((template) => !template.kind || template.kind === kind);
    if (fitting.length === 0) return null;
    return html`<select aria-label=${t("template")} data-testid="template" @change=${this.#fill}>
      <option value="">${t("template_put")}</option>
      ${fitting.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
    </select>`;
  }
}

const isSpoken = (line: ComplaintCase["lines"][number]): boolean => line.public && Boolean(line.text);

const lastSpoken = ({ lines }: ComplaintCase): number => lines.findLast(isSpoken)?.seq ?? 0;

declare global {
  interface HTMLElementTagNameMap {
    "complaint-composer": ComplaintComposer;
  }
}
