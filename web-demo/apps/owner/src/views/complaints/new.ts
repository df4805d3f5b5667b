import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type ComplaintKind, type ComplaintReceipt, type Vehicle, body } from "@ownerproof/api-client";
import { LocalizedElement, base, lastDay, region, regions } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem } from "../../parts/problem.ts";
import { href } from "../../router.ts";
import { isPortal } from "../../session.ts";
import { t, tCode } from "../../texts/index.ts";
import "./attachments.ts";
import { MOST_FILES, type OwnerAttachments } from "./attachments.ts";
import { KINDS } from "./parts.ts";

/** Longest text, in characters. */
const LONGEST = 2000;

/** What is typed survives an error, a look at another screen, and signing in again. */
const draft = { kind: "" as ComplaintKind | "", text: "", vehicle: "", region: "", name: "" };

/** Files a complaint; afterwards the receipt. */
@customElement("owner-complaint-new")
export class OwnerComplaintNew extends LocalizedElement {
  /** The car it is about, if the person came from one. */
  @property() vehicle = "";

  @state() private vehicles: Vehicle[] = [];
  @state() private filed: ComplaintReceipt | null = null;
  @state() private tried = false;
  @state() private busy = false;
  @state() private error: unknown = null;
  /** Why files were not sent, though the complaint was. */
  @state() private unsent: unknown = null;

  @query("owner-attachments") private files!: OwnerAttachments;

  static override styles = [
    base,
    css`
      .kinds {
        display: grid;
        gap: 8px;
        border: 0;
        padding: 0;
      }
      .kind {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 12px;
        align-items: start;
        margin: 0;
        padding: 12px 14px;
        border: 1px solid var(--op-line);
        border-radius: var(--op-radius-s);
        background: var(--op-surface);
        font-weight: 400;
        cursor: pointer;
      }
      .kind:has(:checked) {
        border-color: var(--op-accent);
        background: var(--op-accent-soft);
      }
      .kind input {
        width: 20px;
        height: 20px;
        margin: 2px 0 0;
        accent-color: var(--op-accent);
      }
      .kind strong {
        font-weight: 500;
      }
      .number {
        font-size: 28px;
        letter-spacing: 0.04em;
      }
      @media (min-width: 560px) {
        .kinds {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.vehicle) draft.vehicle = this.vehicle;
    void body(api.GET("/owner/vehicles")).then(
      ({ items }) => (this.vehicles = items),
      () => {}, // Which car is optional: the form works without the list.
    );
  }

  #set(change: Partial<typeof draft>): void {
    Object.assign(draft, change);
    this.requestUpdate();
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    this.tried = true;
    const { kind, text, vehicle, region, name } = draft;
    if (!kind || !text.trim() || this.busy || this.files.preparing) return;
    this.busy = true;
    this.error = null;
    try {
      const filed = await body(
        api.POST("/owner/complaints", {
          body: {
            kind,
            channel: isPortal() ? "portal" : "app",
            text: text.trim(),
            ...(vehicle ? { vehicle_id: vehicle } : {}),
            ...(region ? { region } : {}),
            ...(name.trim() ? { name: name.trim() } : {}),
          },
        }),
      );
      await this.#attach(filed);
      this.filed = filed;
      Object.assign(draft, { kind: "", text: "", vehicle: "", region: "", name: "" });
      window.scrollTo(0, 0);
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  /** The complaint is there, whatever becomes of its files. */
  async #attach({ id }: ComplaintReceipt): Promise<void> {
    this.unsent = null;
    await this.files.send(id).catch((error: unknown) => (this.unsent = error));
  }

  protected override render() {
    const { filed } = this;
    return html`<div class="stack-l">
      <a class="button text back" href=${href({ view: "complaints" })}>‹ ${t("complaints_title")}</a>
      ${filed ? this.#receipt(filed) : this.#heading()}
      <form class="stack-l" novalidate ?hidden=${filed !== null && !this.unsent} @submit=${this.#submit}>
        ${filed ? null : this.#fields()}
        <section class="panel">
          <h2>${t("file_pictures")}</h2>
          <p class="hint">${t("file_pictures_hint", { n: MOST_FILES })}</p>
          <owner-attachments ?busy=${this.busy}></owner-attachments>
        </section>
        ${filed ? null : html`${problem(this.error)}
          <button class="wide" data-testid="file" ?disabled=${this.busy}>${t(this.busy ? "file_going" : "file_go")}</button>`}
      </form>
    </div>`;
  }

  #heading() {
    return html`<div>
      <h1>${t("file_title")}</h1>
      <p class="lead">${t("file_lead")}</p>
    </div>`;
  }

  #receipt(filed: ComplaintReceipt) {
    return html`<section class="panel stack" data-testid="receipt" role="status">
        <h1>${t("receipt_title")}</h1>
        <p class="number mono" data-testid="number">${filed.number}</p>
        <p><strong>${t("receipt_by", { at: lastDay(filed.answer_by) })}</strong></p>
        <p class="muted">${t("receipt_lead")}</p>
        <a class="button wide" data-testid="open-complaint" href=${href({ view: "complaint", id: filed.id })}>${t("receipt_go")}</a>
      </section>
      ${this.unsent
        ? html`<div class="notice warn" role="alert">
              <strong>${t("file_failed")}</strong>
              <p>${t("file_failed_todo")}</p>
            </div>
            ${problem(this.unsent, () => void this.#attach(filed))}`
        : null}`;
  }

  #fields() {
    const value = (event: Event): string => (event.target as HTMLInputElement).value;
    const missingText = this.tried && !draft.text.trim();
    return html`
      <fieldset class="kinds" role="radiogroup">
        <legend>${t("file_kind")}</legend>
        ${KINDS.map(
          (kind) => html`<label class="kind">
            <input type="radio" name="kind" value=${kind} data-testid="kind-${kind}" .checked=${draft.kind === kind}
              @change=${() => this.#set({ kind })} />
            <span><strong>${tCode("kind", kind)}</strong><br /><span class="muted small">${tCode("kind", `${kind}_lead`)}</span></span>
          </label>`,
        )}
        ${this.tried && !draft.kind ? html`<p class="hint bad" role="alert">${t("file_kind_needed")}</p>` : null}
      </fieldset>
      <div class="panel stack">
        <div>
          <label for="text">${t("file_text")}</label>
          <textarea id="text" rows="6" maxlength=${LONGEST} data-testid="text" aria-describedby="text-hint"
            aria-invalid=${missingText} .value=${draft.text} @input=${(event: Event) => this.#set({ text: value(event) })}></textarea>
          <p id="text-hint" class="hint ${missingText ? "bad" : ""}">
            ${t("file_text_hint")}
            ${draft.text.length > LONGEST - 500 ? t("file_text_left", { n: LONGEST - draft.text.length }) : null}
          </p>
        </div>
        ${this.vehicles.length > 0
          ? html`<div>
              <label for="vehicle">${t("file_car")}</label>
              <select id="vehicle" data-testid="vehicle" @change=${(event: Event) => this.#set({ vehicle: value(event) })}>
                <option value="">${t("file_car_none")}</option>
                ${this.vehicles.map(
                  ({ id, brand, model, vin_masked }) => html`<option value=${id} ?selected=${draft.vehicle === id}>
                    ${brand} ${model} · ${vin_masked.replace(/^\*+/, "…")}
                  </option>`,
                )}
              </select>
            </div>`
          : null}
        <div>
          <label for="region">${t("file_region")}</label>
          <select id="region" data-testid="region" @change=${(event: Event) => this.#set({ region: value(event) })}>
            <option value="">${t("file_region_none")}</option>
            ${regions().map((code) => html`<option value=${code} ?selected=${draft.region === code}>${region(code)}</option>`)}
          </select>
        </div>
        <div>
          <label for="name">${t("file_name")}</label>
          <input id="name" maxlength="50" autocomplete="name" .value=${draft.name}
            @input=${(event: Event) => this.#set({ name: value(event) })} />
        </div>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-complaint-new": OwnerComplaintNew;
  }
}
