import { type PropertyValues, css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintCounts, type ComplaintQuery, type ComplaintSummary, type Duty, type StaffMe, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import "./bulk.ts";
import "./case.ts";
import type { ComplaintCase } from "./case.ts";
import "./filter.ts";
import "./keysheet.ts";
import type { ComplaintKeysheet } from "./keysheet.ts";
import { Shortcuts } from "./keys.ts";
import "./list.ts";
import type { ComplaintList } from "./list.ts";
import { type Line, live } from "./live.ts";
import "./new.ts";
import { QUEUES, type Queue, find, query as queryOf, seek, sought } from "./queues.ts";
import { isHandler, isLead } from "./rights.ts";
import { t, tCode } from "./texts.ts";
import "./templates.ts";
import "./views.ts";

/** News within this time are one reason to ask again, not many. */
const GATHER_MS = 250;
/** Rows of a page, and most that are asked for again by themselves. */
const PAGE = 50;
const FRESH = 100;

/** Where handlers spend their day: queues, the list, the case. */
@customElement("console-complaints")
export class ConsoleComplaints extends LocalizedElement {
  /** The queue, and the complaint that is open, as in the address. */
  @property() queue: Queue | "found" = "mine";
  @property() complaintId = "";

  @state() private me: StaffMe | null = null;
  @state() private duties: readonly Duty[] = [];
  @state() private rows: readonly ComplaintSummary[] | null = null;
  @state() private next: string | null = null;
  @state() private counts: Partial<ComplaintCounts> = {};
  /** Something moved, and more rows are shown than are asked for again unasked. */
  @state() private stale = false;
  @state() private narrower: ComplaintQuery = {};
  @state() private typed = "";
  @state() private cursor = "";
  @state() private ticked: ReadonlySet<string> = new Set();
  @state() private line: Line = live.line;
  @state() private error: unknown = null;

  @query("complaint-list") private list!: ComplaintList | null;
  @query("complaint-case") private case!: ComplaintCase | null;
  @query("complaint-keysheet") private sheet!: ComplaintKeysheet;
  @query("#search") private search!: HTMLInputElement;

  #stop: (() => void) | null = null;
  #timer: number | undefined;
  /** Counts what was asked: an answer to an earlier question is late. */
  #asked = 0;

  constructor() {
    super();
    new Shortcuts(this, {
      j: () => this.#step(1),
      k: () => this.#step(-1),
      Enter: (event) => (onControl(event) || !this.cursor ? false : this.#open(this.cursor)),
      x: () => this.#tick(this.cursor),
      r: () => this.case?.write("say"),
      n: () => this.case?.write("note"),
      a: () => this.case?.take(),
      "/": () => this.search.focus(),
      "?": () => this.sheet.show(),
      Escape: () => this.#go(this.queue),
    });
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: 200px 360px minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr);
        height: calc(100dvh - 112px);
        min-height: 480px;
        border-top: 1px solid var(--op-line);
        background: var(--op-surface);
      }
      nav,
      .rows {
        overflow-y: auto;
        border-right: 1px solid var(--op-line);
      }
      nav {
        padding: 12px 8px;
        background: var(--op-ground);
      }
      nav a {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        padding: 8px 12px;
        border-radius: 10px;
        color: var(--op-ink);
        text-decoration: none;
        font-size: 15px;
      }
      nav a[aria-current="page"] {
        background: var(--op-accent-soft);
        font-weight: 600;
      }
      .count {
        color: var(--op-ink-2);
        font-variant-numeric: tabular-nums;
      }
      .count.late {
        color: var(--op-bad);
        font-weight: 600;
      }
      .main {
        min-width: 0;
        min-height: 0;
        overflow-y: auto;
      }
      .tools {
        position: sticky;
        top: 0;
        z-index: 1;
        padding: 10px 12px;
        border-bottom: 1px solid var(--op-line);
        background: var(--op-surface);
      }
      .tools input:not([type="checkbox"], [type="radio"], [type="file"]) {
        min-height: 40px;
        padding: 6px 14px;
        font-size: 15px;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 12px;
        font-size: 13px;
        color: var(--op-ink-2);
      }
      .line::before {
        content: "";
        width: 8px;
        height: 8px;
        flex: none;
        border-radius: 50%;
        background: var(--op-good);
      }
      .line.connecting::before {
        background: var(--op-warn);
      }
      .line.offline {
        color: var(--op-bad);
      }
      .line.offline::before {
        background: var(--op-bad);
      }
      .more {
        padding: 12px;
        text-align: center;
      }
      .lonely {
        display: grid;
        place-content: center;
        height: 100%;
        padding: 24px;
        text-align: center;
      }
      .new {
        display: block;
        margin: 12px 4px;
        min-height: 40px;
        padding: 6px 12px;
        font-size: 15px;
        text-align: center;
      }
      @media (max-width: 1180px) {
        :host {
          display: block;
          height: auto;
        }
        nav {
          display: flex;
          align-items: center;
          gap: 4px;
          overflow-x: auto;
          padding: 8px 12px;
          border: 0;
        }
        nav a {
          white-space: nowrap;
        }
        nav .line,
        .new {
          flex: none;
          margin: 0;
          white-space: nowrap;
        }
        complaint-views {
          display: none;
        }
        .rows {
          border: 0;
        }
        :host([data-open]) nav,
        :host([data-open]) .rows {
          display: none;
        }
        .main,
        .rows {
          overflow: visible;
        }
        .lonely {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = live.listen({
      news: (news) => {
        if (news.kind !== "presence") this.#gather();
      },
      line: (line) => (this.line = line),
    });
    void this.#know();
    void this.#count();
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.toggleAttribute("data-open", this.complaintId !== "");
    if (changed.has("complaintId") && this.complaintId) this.cursor = this.complaintId;
    if (!changed.has("queue")) return;
    this.narrower = {};
    this.#anew();
  }

  async #know(): Promise<void> {
    try {
      this.me = await body(api.GET("/console/me"));
      this.duties = (await body(api.GET("/console/duties"))).items;
    } catch (error) {
      this.error = error;
    }
  }

  /** What the list shows. */
  get #query() {
    return { kinds: [], channels: [], states: [], ...(this.queue === "found" ? sought() : queryOf(this.queue)), ...this.narrower };
  }

  /** Shows another list from its start. */
  #anew(): void {
    this.rows = null;
    this.stale = false;
    this.ticked = new Set();
    void this.#load();
  }

  /** Asks again soon, once for all that happens until then; what never ends must not put it off for ever. */
  #gather(): void {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      if ((this.rows?.length ?? 0) > FRESH) this.stale = true;
      else void this.#load();
      void this.#count();
    }, GATHER_MS);
  }

  async #count(): Promise<void> {
    try {
      this.counts = await body(api.GET("/console/complaints/counts"));
    } catch (error) {
      this.error = error;
    }
  }

  /** Asks for as much as is shown, from the start: what moved up or down is where it belongs. */
  async #load(): Promise<void> {
    const asked = ++this.#asked;
    const shown = this.rows?.length ?? 0;
    try {
      const rows: ComplaintSummary[] = [];
      let cursor: string | undefined;
      do {
        const limit = PAGE;
        const page = await body(
          api.POST("/console/complaints/search", { params: { query: { limit, ...(cursor ? { cursor } : {}) } }, body: this.#query }),
        );
        rows.push(...page.items);
        cursor = page.next;
      } while (cursor && rows.length < shown);
      if (asked !== this.#asked) return;
      this.rows = rows;
      this.next = cursor ?? null;
      this.error = null;
    } catch (error) {
      if (asked === this.#asked) this.error = error;
    }
  }

  async #more(): Promise<void> {
    const asked = this.#asked;
    try {
      const query = { limit: PAGE, cursor: this.next ?? undefined };
      const page = await body(api.POST("/console/complaints/search", { params: { query }, body: this.#query }));
      if (asked !== this.#asked) return;
      this.rows = [...(this.rows ?? []), ...page.items];
      this.next = page.next ?? null;
    } catch (error) {
      this.error = error;
    }
  }

  get #names(): ReadonlyMap<string, string> {
    return new Map(this.duties.map(({ staff_id, username }) => [staff_id, username]));
  }

  #go(queue: string, id = ""): void {
    location.hash = id ? `#/complaints/${queue}/${id}` : `#/complaints/${queue}`;
  }

  #open(id: string): void {
    this.#go(this.queue, id);
  }

  #step(by: number): void {
    const rows = this.rows ?? [];
    const at = rows.findIndex(({ id }) => id === this.cursor);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!next) return;
    this.cursor = next.id;
    void this.list?.reveal();
    if (this.complaintId) this.#open(next.id);
  }

  #tick(id: string): void {
    if (!id) return;
    const ticked = new Set(this.ticked);
    if (!ticked.delete(id)) ticked.add(id);
    this.ticked = ticked;
  }

  #find(event: Event): void {
    event.preventDefault();
    if (!this.typed.trim()) return;
    seek(find(this.typed));
    if (this.queue === "found") this.#anew();
    else this.#go("found");
  }

  protected override render() {
    const { me } = this;
    return html`
      ${this.#navigation()}
      <div class="rows">
        <form class="tools" role="search" @submit=${this.#find}>
          <input id="search" type="search" maxlength="100" data-testid="search" aria-label=${t("search")} placeholder=${t("search")}
            .value=${this.typed} @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)} />
          <complaint-filter .query=${this.narrower} .duties=${this.duties}
            @narrowed=${(event: CustomEvent<ComplaintQuery>) => {
              this.narrower = event.detail;
              this.#anew();
            }}></complaint-filter>
        </form>
        ${this.ticked.size > 0
          ? html`<complaint-bulk .ids=${[...this.ticked]} .duties=${this.duties} @done=${() => this.#anew()}
              @none=${() => (this.ticked = new Set())}></complaint-bulk>`
          : null}
        ${this.stale ? html`<div class="more"><button class="text" data-testid="refresh" @click=${this.#anew}>${t("list_new")}</button></div>` : null}
        ${problem(this.error)}
        ${this.rows
          ? html`<complaint-list .rows=${this.rows} .ticked=${this.ticked} .names=${this.#names} .cursor=${this.cursor} .picked=${this.complaintId}
              @pick=${(event: CustomEvent<string>) => this.#open(event.detail)}
              @tick=${(event: CustomEvent<string>) => this.#tick(event.detail)}></complaint-list>`
          : null}
        ${this.next ? html`<div class="more"><button class="text" data-testid="more" @click=${this.#more}>${t("list_more")}</button></div>` : null}
      </div>
      <div class="main">${me ? this.#main(me) : null}</div>
      <complaint-keysheet></complaint-keysheet>
    `;
  }

  #navigation() {
    return html`<nav aria-label=${t("queues")}>
      ${QUEUES.map(
        (queue) => html`<a href="#/complaints/${queue}" data-testid="queue-${queue}" aria-current=${this.queue === queue ? "page" : "false"}>
          <span>${tCode("queue", queue)}</span>${this.#number(queue)}
        </a>`,
      )}
      ${this.queue === "found" ? html`<a href="#/complaints/found" aria-current="page">${t("found")}</a>` : null}
      <complaint-views .query=${this.#query} .me=${this.me}
        @chosen=${(event: CustomEvent<ComplaintQuery>) => {
          seek(event.detail);
          if (this.queue === "found") this.#anew();
          else this.#go("found");
        }}></complaint-views>
      ${this.me && isHandler(this.me) ? html`<a class="button quiet new" href="#/complaints/${this.queue}/new" data-testid="new">${t("new")}</a>` : null}
      ${this.me && isLead(this.me) ? html`<a href="#/complaints/${this.queue}/templates" data-testid="templates">${t("templates")}</a>` : null}
      <p class="line ${this.line}" role="status" data-testid="line" data-line=${this.line}>${t(this.line)}</p>
    </nav>`;
  }

  #number(queue: Queue) {
    const count = queue in this.counts ? this.counts[queue as keyof ComplaintCounts] : 0;
    if (!count) return null;
    return html`<span class="count ${queue === "overdue" ? "late" : ""}" data-testid="count-${queue}">${count > 999 ? "999+" : count}</span>`;
  }

  #main(me: StaffMe) {
    if (this.complaintId === "new") return html`<complaint-new></complaint-new>`;
    if (this.complaintId === "templates") return html`<complaint-templates></complaint-templates>`;
    if (this.complaintId) {
      return html`<complaint-case .complaintId=${this.complaintId} .me=${me} .names=${this.#names} @closed=${() => this.#go(this.queue)}></complaint-case>`;
    }
    return html`<div class="lonely">
      <h2>${t("case_pick")}</h2>
      <p class="lead">${t("case_pick_lead")}</p>
    </div>`;
  }
}

/** Enter on a button or link is theirs. */
const onControl = (event: KeyboardEvent): boolean =>
  event.composedPath()[0] instanceof HTMLElement && (event.composedPath()[0] as HTMLElement).matches("a, button, summary, input");

declare global {
  interface HTMLElementTagNameMap {
    "console-complaints": ConsoleComplaints;
  }
}
