import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintCase, type Correction, type CorrectionField, body } from "@ownerproof/api-client";
import { LocalizedElement, base, save } from "@ownerproof/ui";
import { problem } from "../problem.ts";
import { api } from "../session.ts";
import { tCode as tGeneral } from "../texts.ts";
import { dialogStyles } from "./dialog.ts";
import { t, tCode } from "./texts.ts";

/** What can be done elsewhere because of a case. */
type Act = "freeze" | "settle" | "claim" | "verification" | "correction" | "not_own" | "package";

const ACTS: readonly Act[] = ["freeze", "settle", "claim", "verification", "correction", "not_own", "package"];
/** Those about a request, and those about a vehicle, that the case is linked to. */
const ON_REQUESTS: readonly Act[] = ["freeze", "settle"];
const ON_VEHICLES: readonly Act[] = ["verification", "correction", "not_own"];
/** What of a record can be corrected without a new verification. */
const FIELDS: readonly CorrectionField[] = ["body_colour", "brand", "model", "engine_number", "phone", "address"];

/**
 * Acts on what the case is about, each with a reason, by the rules of what it acts on.
 *
 * @fires changed
 */
@customElement("complaint-acts")
export class ComplaintActs extends LocalizedElement {
  @property({ attribute: false }) case!: ComplaintCase;
  @property() etag = "";

  @state() private act: Act = "freeze";
  @state() private corrections: readonly Correction[] = [];
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    dialogStyles,
    css`
      ul {
        margin-top: 8px;
      }
      li button {
        justify-content: flex-start;
        width: 100%;
        min-height: 36px;
        padding: 4px 8px;
        font-size: 15px;
      }
    `,
  ];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("case") && this.case.lines.some(({ act }) => act === "correction")) void this.#look();
    else if (changed.has("case")) this.corrections = [];
  }

  /** What became of the corrections that were proposed. */
  async #look(): Promise<void> {
    try {
      const params = { path: { id: this.case.complaint.id } };
      this.corrections = (await body(api.GET("/console/complaints/{id}/corrections", { params }))).items;
    } catch (error) {
      this.error = error;
    }
  }

  get #acts(): readonly Act[] {
    const { requests, vehicles } = this.case;
    const disputed = requests.some(({ state }) => state === "disputed");
    return ACTS.filter((act) => {
      if (act === "settle") return disputed;
      if (act === "freeze") return requests.length > 0 && !disputed;
      return !ON_VEHICLES.includes(act) || vehicles.length > 0;
    });
  }

  #ask(act: Act): void {
    this.act = act;
    this.error = null;
    this.dialog.showModal();
  }

  async #do(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const field = (name: string): string => String(data.get(name) ?? "").trim();
    this.busy = true;
    this.error = null;
    try {
      await this.#call(field);
      form.reset();
      this.dialog.close();
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
    this.dispatchEvent(new CustomEvent("changed"));
  }

  async #call(field: (name: string) => string): Promise<unknown> {
    const params = { path: { id: this.case.complaint.id }, header: { "If-Match": this.etag } };
    const reason = field("reason");
    switch (this.act) {
      case "freeze":
        return api.POST("/console/complaints/{id}/freeze", { params, body: { request_id: field("request"), reason } });
      case "settle": {
        const outcome = field("outcome") as "dismissed" | "upheld";
        return api.POST("/console/complaints/{id}/settlement", { params, body: { request_id: field("request"), outcome, reason } });
      }
      case "claim":
        return api.POST("/console/complaints/{id}/claim", { params, body: { vin: field("vin").toUpperCase(), engine_number: field("engine"), reason } });
      case "verification":
        return api.POST("/console/complaints/{id}/verification", { params, body: { vehicle_id: field("vehicle"), reason } });
      case "correction": {
        const values = [{ field: field("field") as CorrectionField, value: field("value") }];
        return api.POST("/console/complaints/{id}/corrections", { params, body: { vehicle_id: field("vehicle"), values, reason } });
      }
      case "not_own":
        return api.POST("/console/complaints/{id}/not-own", { params, body: { vehicle_id: field("vehicle"), reason } });
      case "package": {
        const archive: Blob = await body(api.POST("/console/complaints/{id}/package", { params, body: { reason }, parseAs: "blob" }));
        return save(archive, `${this.case.complaint.number}.zip`);
      }
    }
  }

  protected override render() {
    const { act } = this;
    return html`
      <ul>
        ${this.#acts.map(
          (one) => html`<li><button class="text" data-testid="act-${one}" @click=${() => this.#ask(one)}>${tCode("act", one)}</button></li>`,
        )}
      </ul>
      ${this.corrections.map(
        ({ state, changes }) => html`<p class="small" data-testid="correction" data-state=${state}>
          <span class="chip ${state === "confirmed" ? "good" : state === "proposed" ? "warn" : ""}">${tCode("correction", state)}</span>
          ${changes.map(({ field, after }) => `${tCode("field", field)}：${after} `)}
        </p>`,
      )}
      <dialog aria-labelledby="act">
        <form class="stack" @submit=${this.#do}>
          <div>
            <h2 id="act">${tCode("act", act)}</h2>
            <p class="lead small">${tCode("act", `${act}_lead`)}</p>
          </div>
          ${this.#fields(act)}
          <div>
            <label for="reason">${t("act_reason")}</label>
            <textarea id="reason" name="reason" rows="2" maxlength="200" required data-testid="act-reason"></textarea>
          </div>
          ${problem(this.error)}
          <div class="pair">
            <button type="button" class="quiet" @click=${() => this.dialog.close()}>${t("cancel")}</button>
            <button data-testid="do-act" ?disabled=${this.busy}>${t("act_go")}</button>
          </div>
        </form>
      </dialog>
    `;
  }

  #fields(act: Act) {
    const { requests, vehicles } = this.case;
    const choice = (id: string, text: string, options: [string, string][]) => html`<div>
      <label for=${id}>${text}</label>
      <select id=${id} name=${id}>${options.map(([value, name]) => html`<option value=${value}>${name}</option>`)}</select>
    </div>`;
    const line = (id: string, text: string, mono = false) => html`<div>
      <label for=${id}>${text}</label>
      <input id=${id} name=${id} class=${mono ? "mono" : ""} maxlength="200" required spellcheck="false" />
    </div>`;
    return html`
      ${ON_REQUESTS.includes(act) ? choice("request", t("act_request"), requests.map(({ id, kind }) => [id, tGeneral("kind", kind)])) : null}
      ${ON_VEHICLES.includes(act)
        ? choice("vehicle", t("act_vehicle"), vehicles.map(({ id, brand, model, vin_masked }) => [id, `${brand} ${model} ${vin_masked.replace(/^\*+/, "…")}`]))
        : null}
      ${act === "settle" ? choice("outcome", t("outcome"), [["dismissed", t("act_settle_dismissed")], ["upheld", t("act_settle_upheld")]]) : null}
      ${act === "claim" ? html`${line("vin", t("act_vin"), true)} ${line("engine", t("act_engine"), true)}` : null}
      ${act === "correction" ? html`${choice("field", t("field"), FIELDS.map((field) => [field, tCode("field", field)]))} ${line("value", t("field_value"))}` : null}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-acts": ComplaintActs;
  }
}
