import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type ComplaintCase, type StaffMe } from "@ownerproof/api-client";
import { LocalizedElement, base, moment, region } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { t as general, tCode as tGeneral } from "../texts.ts";
import "./acts.ts";
import { clockList, clockStyles } from "./clocks.ts";
import "./reveal.ts";
import { isHandler } from "./rights.ts";
import { t, tCode } from "./texts.ts";

/**
 * What is known of a case, beside the conversation: clocks, who, tags, links, followers.
 *
 * @fires changed
 */
@customElement("complaint-facts")
export class ComplaintFacts extends LocalizedElement {
  @property({ attribute: false }) case!: ComplaintCase;
  @property({ attribute: false }) me!: StaffMe;
  @property() etag = "";

  @state() private error: unknown = null;

  static override styles = [
    base,
    clockStyles,
    css`
      section + section {
        margin-top: 16px;
        padding-top: 16px;
        border-top: 1px solid var(--op-line);
      }
      h2 {
        font-size: 15px;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 4px 12px;
        margin-top: 8px;
        font-size: 14px;
      }
      dt {
        color: var(--op-ink-2);
      }
      dd {
        text-align: right;
        overflow-wrap: anywhere;
      }
      .tags {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 8px;
      }
      .chip button {
        min-height: 0;
        padding: 0 2px;
        background: none;
        color: inherit;
        font-size: 15px;
      }
      form {
        display: flex;
        gap: 6px;
        margin-top: 8px;
      }
      form input:not([type="checkbox"], [type="radio"], [type="file"]),
      form select {
        min-height: 38px;
        padding: 4px 10px;
        font-size: 14px;
      }
      form select {
        width: auto;
        flex: none;
      }
      form button,
      .follow {
        min-height: 38px;
        padding: 4px 14px;
        font-size: 14px;
        white-space: nowrap;
      }
      .links li {
        display: flex;
        gap: 8px;
        justify-content: space-between;
        align-items: center;
        padding: 6px 0;
        font-size: 14px;
      }
    `,
  ];

  get #params() {
    return { path: { id: this.case.complaint.id } };
  }

  async #do(call: () => Promise<unknown>): Promise<void> {
    this.error = null;
    await call().catch((error: unknown) => (this.error = error));
    this.dispatchEvent(new CustomEvent("changed"));
  }

  #tag(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const tag = String(new FormData(form).get("tag") ?? "").trim();
    form.reset();
    if (tag) void this.#setTags([...this.case.tags, tag]);
  }

  #setTags(tags: string[]): Promise<void> {
    return this.#do(() => api.PUT("/console/complaints/{id}/tags", { params: this.#params, body: { tags } }));
  }

  #link(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const value = String(data.get("value") ?? "").trim();
    const kind = String(data.get("kind")) as "vin" | "request_id" | "complaint";
    if (!value) return;
    form.reset();
    void this.#do(() => api.POST("/console/complaints/{id}/links", { params: this.#params, body: { [kind]: value } }));
  }

  #unlink(kind: "vehicle" | "request" | "complaint", target: string): Promise<void> {
    const params = { ...this.#params, query: { kind, target } };
    return this.#do(() => api.DELETE("/console/complaints/{id}/links", { params }));
  }

  protected override render() {
    const { complaint, assignee, tags, followers } = this.case;
    const handler = isHandler(this.me);
    const following = followers.some(({ id }) => id === this.me.id);
    return html`
      <section>
        <h2>${t("clocks")}</h2>
        ${clockList(complaint)}
      </section>
      <section>
        <h2>${t("facts")}</h2>
        <dl>
          <dt>${t("number")}</dt><dd class="mono" data-testid="number">${complaint.number}</dd>
          <dt>${t("received")}</dt><dd>${moment(complaint.received_at)}</dd>
          <dt>${t("channel")}</dt><dd>${tCode("channel", complaint.channel)}${complaint.region ? ` · ${region(complaint.region)}` : ""}</dd>
          <dt>${t("caller")}</dt><dd>${complaint.name_masked ?? "–"}</dd>
          <dt>${t("phone")}</dt><dd class="mono">${complaint.phone_masked}</dd>
          <dt>${t("assignee")}</dt><dd data-testid="assignee">${assignee ?? t("unassigned")}</dd>
          ${complaint.round > 1 ? html`<dt></dt><dd>${t("round", { n: complaint.round })}</dd>` : null}
          ${complaint.satisfaction ? html`<dt>${t("satisfaction")}</dt><dd data-testid="satisfaction">${complaint.satisfaction} / 5</dd>` : null}
        </dl>
        <complaint-reveal .complaintId=${complaint.id}></complaint-reveal>
      </section>
      ${this.case.mine
        ? html`<section>
            <h2>${t("acts")}</h2>
            <complaint-acts .case=${this.case} .etag=${this.etag} @changed=${() => this.dispatchEvent(new CustomEvent("changed"))}></complaint-acts>
          </section>`
        : null}
      <section>
        <h2>${t("tags")}</h2>
        <div class="tags">
          ${tags.map((tag) => html`<span class="chip">#${tag}${handler
            ? html`<button aria-label=${t("tag_remove", { tag })} @click=${() => this.#setTags(tags.filter((one) => one !== tag))}>×</button>`
            : null}</span>`)}
        </div>
        ${handler
          ? html`<form @submit=${this.#tag}>
              <input name="tag" maxlength="30" aria-label=${t("tag_add")} data-testid="tag" />
              <button class="quiet">${t("tag_add")}</button>
            </form>`
          : null}
      </section>
      <section>
        <h2>${t("links")}</h2>
        ${this.#links(handler)}
      </section>
      <section>
        <h2>${t("followers")}</h2>
        <p class="small muted">${followers.map(({ username }) => username).join(t("and")) || "–"}</p>
        <button class="quiet follow" data-testid="follow"
          @click=${() => this.#do(() =>
            following
              ? api.DELETE("/console/complaints/{id}/follow", { params: this.#params })
              : api.PUT("/console/complaints/{id}/follow", { params: this.#params }))}>
          ${t(following ? "unfollow" : "follow")}
        </button>
      </section>
      ${problem(this.error)}
    `;
  }

  #links(handler: boolean) {
    const { vehicles, requests, complaints } = this.case;
    const row = (kind: "vehicle" | "request" | "complaint", id: string, text: unknown) => html`<li>
      <span>${text}</span>
      ${handler ? html`<button class="text follow" aria-label=${t("link_remove")} @click=${() => this.#unlink(kind, id)}>×</button>` : null}
    </li>`;
    const none = vehicles.length + requests.length + complaints.length === 0;
    return html`
      <ul class="links">
        ${none ? html`<li class="muted">${t("links_none")}</li>` : null}
        ${vehicles.map(({ id, brand, model, vin_masked }) =>
          row("vehicle", id, html`${brand} ${model} <span class="mono">${vin_masked.replace(/^\*+/, "…")}</span>`))}
        ${requests.map(({ id, kind, state }) => row("request", id, `${tGeneral("kind", kind)} · ${state}`))}
        ${complaints.map(({ id, number, kind }) =>
          row("complaint", id, html`<a href="#/complaints/open/${id}">${tCode("kind", kind)} <span class="mono">${number}</span></a>`))}
      </ul>
      ${handler
        ? html`<form @submit=${this.#link}>
            <select name="kind" aria-label=${t("link_kind")}>
              <option value="vin">${general("vin")}</option>
              <option value="complaint">${t("complaints")}</option>
              <option value="request_id">${general("kind")}</option>
            </select>
            <input name="value" maxlength="40" aria-label=${t("link_value")} spellcheck="false" />
            <button class="quiet">${t("link_add")}</button>
          </form>`
        : null}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-facts": ComplaintFacts;
  }
}
