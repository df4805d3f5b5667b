import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ComplaintFigure, type ComplaintGroup, type ComplaintReport, type RegistrationReport, body } from "@ownerproof/api-client";
import { LocalizedElement, base, locale, save } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { seek } from "./queues.ts";
import { t, tCode } from "./texts.ts";

/** Days of a report, at first. */
const DAYS = 30;

/** Figures of complaints; each opens the complaints behind it. */
@customElement("complaint-reports")
export class ComplaintReports extends LocalizedElement {
  @state() private from = day(-DAYS);
  @state() private to = day(0);
  @state() private report: ComplaintReport | null = null;
  @state() private progress: RegistrationReport | null = null;
  @state() private error: unknown = null;

  static override styles = [
    base,
    css`
      .row {
        flex-wrap: wrap;
        align-items: end;
      }
      input:not([type="checkbox"], [type="radio"], [type="file"]) {
        width: auto;
        min-height: 44px;
      }
      .row button {
        min-height: 44px;
        padding: 8px 18px;
      }
      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
        gap: 12px;
      }
      .tile {
        display: block;
        width: 100%;
        padding: 16px;
        border: 1px solid var(--op-line);
        border-radius: var(--op-radius-s);
        background: var(--op-surface);
        color: var(--op-ink);
        text-align: left;
      }
      .tile strong {
        display: block;
        font-size: 28px;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        line-height: 1.2;
      }
      .tile span {
        color: var(--op-ink-2);
        font-size: 14px;
        font-weight: 400;
      }
      .tile.bad strong {
        color: var(--op-bad);
      }
      .tables {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
        gap: 24px;
        align-items: start;
      }
      .panel {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 15px;
      }
      th,
      td {
        padding: 6px 8px;
        border-bottom: 1px solid var(--op-line);
        text-align: right;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      th:first-child {
        text-align: left;
        font-weight: 400;
      }
      thead th {
        font-size: 13px;
        font-weight: 500;
        color: var(--op-ink-2);
      }
      td button {
        min-height: 32px;
        padding: 2px 8px;
        background: none;
        color: var(--op-accent);
        font-size: 15px;
        font-weight: 500;
      }
      td.bad button {
        color: var(--op-bad);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  get #span() {
    const until = new Date(`${this.to}T00:00:00+08:00`);
    until.setDate(until.getDate() + 1);
    return { from: new Date(`${this.from}T00:00:00+08:00`).toISOString(), until: until.toISOString() };
  }

  async #load(): Promise<void> {
    this.error = null;
    try {
      this.report = await body(api.GET("/console/reports/complaints", { params: { query: this.#span } }));
      this.progress = await body(api.GET("/console/reports/registration"));
    } catch (error) {
      this.error = error;
    }
  }

  async #csv(): Promise<void> {
    try {
      const file: Blob = await body(api.GET("/console/reports/complaints.csv", { params: { query: this.#span }, parseAs: "blob" }));
      save(file, `complaints-${this.from}-${this.to}.csv`);
    } catch (error) {
      this.error = error;
    }
  }

  /** The complaints behind a figure. */
  #open({ query }: ComplaintFigure): void {
    seek(query);
    location.hash = "#/complaints/found";
  }

  protected override render() {
    const set = (change: (value: string) => void) => (event: Event) => {
      change((event.target as HTMLInputElement).value);
      void this.#load();
    };
    return html`<div class="stack-l">
      <div>
        <h1>${t("reports")}</h1>
        <p class="lead">${t("report_lead")}</p>
      </div>
      <div class="row">
        <div><label for="from">${t("report_from")}</label><input id="from" type="date" .value=${this.from} max=${this.to} @change=${set((value) => (this.from = value))} /></div>
        <div><label for="to">${t("report_to")}</label><input id="to" type="date" .value=${this.to} min=${this.from} max=${day(0)} @change=${set((value) => (this.to = value))} /></div>
        <button class="quiet" data-testid="csv" @click=${this.#csv}>${t("report_csv")}</button>
      </div>
      ${problem(this.error)} ${this.report ? this.#figures(this.report) : null} ${this.progress ? this.#progress(this.progress) : null}
    </div>`;
  }

  #figures(report: ComplaintReport) {
    const { all } = report;
    const tile = (text: string, figure: ComplaintFigure, bad = false) => html`<button class="tile ${bad && figure.count > 0 ? "bad" : ""}"
      data-testid="figure" @click=${() => this.#open(figure)}><strong>${figure.count}</strong><span>${text}</span></button>`;
    return html`
      <div class="tiles">
        ${tile(t("report_received"), all.received)} ${tile(t("report_in_time"), all.in_time)} ${tile(t("report_breached"), all.breached, true)}
        ${tile(t("report_running"), all.running)} ${tile(t("report_open"), all.open)}
      </div>
      <div class="tables">
        ${this.#groups(t("report_by_kind"), report.by_kind, ({ name }) => tCode("kind", name ?? ""))}
        ${this.#groups(t("report_by_region"), report.by_region, ({ zh, en }) => (locale() === "en" ? en : zh) ?? t("new_none"))}
        ${this.#groups(t("report_by_channel"), report.by_channel, ({ name }) => tCode("channel", name ?? ""))}
        <section class="panel">
          <h2>${t("report_age")}</h2>
          <table>
            ${report.open_by_age.map(({ from_days, to_days, open }) => html`<tr>
              <th scope="row">${t("days", { n: to_days === undefined ? `${from_days}+` : `${from_days}–${to_days}` })}</th>
              ${this.#cell(open, from_days > 15)}
            </tr>`)}
          </table>
        </section>
      </div>
    `;
  }

  #groups(title: string, groups: readonly ComplaintGroup[], name: (group: ComplaintGroup) => string) {
    if (groups.length === 0) return null;
    return html`<section class="panel">
      <h2>${title}</h2>
      <table>
        <thead><tr><th></th><th>${t("report_received")}</th><th>${t("report_in_time")}</th><th>${t("report_breached")}</th><th>${t("report_open")}</th></tr></thead>
        ${groups.map((group) => html`<tr>
          <th scope="row">${name(group)}</th>
          ${this.#cell(group.figures.received)} ${this.#cell(group.figures.in_time)} ${this.#cell(group.figures.breached, true)} ${this.#cell(group.figures.open)}
        </tr>`)}
      </table>
    </section>`;
  }

  #cell(figure: ComplaintFigure, bad = false) {
    if (figure.count === 0) return html`<td class="muted">0</td>`;
    return html`<td class=${bad ? "bad" : ""}><button @click=${() => this.#open(figure)}>${figure.count}</button></td>`;
  }

  #progress({ all, by_brand }: RegistrationReport) {
    return html`<section class="panel">
      <h2>${t("report_progress")}</h2>
      <p class="muted small">${t("report_progress_lead")}</p>
      <table>
        <thead><tr><th></th><th>${t("report_vehicles")}</th><th>${t("report_registered")}</th><th>${t("report_unregistered")}</th><th>${t("report_notified")}</th></tr></thead>
        ${[...by_brand, all].map((one) => html`<tr>
          <th scope="row">${one.brand ?? t("report_all")}</th>
          <td>${one.vehicles.count}</td><td>${one.registered.count}</td><td>${one.unregistered.count}</td><td>${one.notified.count}</td>
        </tr>`)}
      </table>
    </section>`;
  }
}

/** A day in China, counted from today, as a date field has it. */
function day(offset: number): string {
  return new Date(Date.now() + (8 * 60 + offset * 24 * 60) * 60_000).toISOString().slice(0, 10);
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-reports": ComplaintReports;
  }
}
