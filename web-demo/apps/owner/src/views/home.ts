import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type OwnerRequest, type Vehicle, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, moment } from "@ownerproof/ui";
import { api } from "../api.ts";
import { carPlate, carStyles } from "../parts/car.ts";
import { cardList, cardStyles } from "../parts/cards.ts";
import { problem, skeleton } from "../parts/problem.ts";
import { inService, recordNotice } from "../parts/record.ts";
import { isClosed, tone } from "../parts/stages.ts";
import { go, href } from "../router.ts";
import { t, tRequest } from "../texts/index.ts";
import "./consents.ts";

/** The person's cars and requests, and what can be asked for. */
@customElement("owner-home")
export class OwnerHome extends LocalizedElement {
  @state() private vehicles: Vehicle[] | null = null;
  @state() private requests: OwnerRequest[] = [];
  @state() private starting = "";
  @state() private error: unknown = null;

  #poll = new Poll(this, () => this.#load(), 10_000);

  static override styles = [
    base,
    carStyles,
    cardStyles,
    css`
      .cars {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr));
        gap: 24px;
      }
      .car-card {
        display: flex;
        flex-direction: column;
        padding: 0;
        overflow: hidden;
      }
      .car-card .plate {
        border-radius: 0;
      }
      .body {
        display: flex;
        flex: 1;
        flex-direction: column;
        justify-content: space-between;
        padding: 4px 20px 20px;
      }
      .body .cards {
        margin-bottom: 8px;
      }
      .body .notice {
        margin: 12px 0 4px;
      }
      .button + button {
        margin-top: 12px;
      }
      .pair {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px;
        margin-top: 12px;
      }
      .pair .button {
        padding-inline: 12px;
        text-align: center;
      }
      .others {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
        gap: 12px;
      }
      .link {
        display: flex;
        align-items: center;
        gap: 12px;
        color: inherit;
        text-decoration: none;
      }
      @media (hover: hover) {
        .link:hover {
          border-color: var(--op-line-strong);
        }
      }
      .empty {
        padding: 36px 24px;
        text-align: center;
      }
      .empty .lead {
        margin: 8px auto 0;
        max-width: 26em;
      }
    `,
  ];

  async #load(): Promise<boolean> {
    try {
      const [vehicles, requests] = await Promise.all([body(api.GET("/owner/vehicles")), body(api.GET("/owner/requests"))]);
      this.vehicles = vehicles.items;
      this.requests = requests.items;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    return true;
  }

  async #start(vehicle: Vehicle): Promise<void> {
    this.starting = vehicle.id;
    try {
      const { id } = await body(api.POST("/owner/transfers", { body: { vehicle_id: vehicle.id } }));
      go({ view: "request", id });
    } catch (error) {
      this.error = error;
    }
    this.starting = "";
  }

  protected override render() {
    const open = this.requests.filter(({ state }) => !isClosed(state));
    const past = this.requests.filter(({ state }) => isClosed(state));
    return html`<div class="stack-l">
      <h1>${t("cars_title")}</h1>
      ${problem(this.error, () => void this.#poll.now())} ${this.#list(t("open_requests"), open)}
      ${this.vehicles ? this.#cars(this.vehicles) : this.error ? null : skeleton()}
      ${this.vehicles ? this.#others() : null} ${this.#list(t("past_requests"), past)}
      ${this.vehicles ? html`<owner-consents></owner-consents>` : null}
    </div>`;
  }

  #cars(vehicles: Vehicle[]) {
    // Somebody with a request under way needs no advice on how to get to one.
    if (vehicles.length === 0 && this.requests.some(({ state }) => !isClosed(state))) return null;
    if (vehicles.length === 0) {
      return html`<div class="panel empty" data-testid="no-cars">
        <h2>${t("cars_empty")}</h2>
        <p class="lead">${t("cars_empty_todo")}</p>
      </div>`;
    }
    return html`<div class="cars">${vehicles.map(
      (vehicle, index) => html`<article class="panel car-card" data-testid="car-${index + 1}">
        ${carPlate(vehicle)}
        <div class="body">
          <div>${recordNotice(vehicle)} ${cardList(vehicle.cards)}</div>
          ${this.#actions(vehicle)}
        </div>
      </article>`,
    )}</div>`;
  }

  #actions(vehicle: Vehicle) {
    const { id, open_request: open } = vehicle;
    if (open) {
      const to = href({ view: "request", id: open.id });
      return html`<a class="button wide quiet" data-testid="open-request" href=${to}>${t("open_request")}</a>`;
    }
    const wrong = vehicle.record === "rectifying" || vehicle.record === "emergency_only";
    if (!wrong && !inService(vehicle)) return null;
    return html`<div>
      ${wrong
        ? html`<a class="button wide" data-testid="start-rectification" href=${href({ view: "rectification", vehicle: id })}>${t("start_rectification")}</a>`
        : null}
      ${inService(vehicle) ? this.#changes(id, vehicle, wrong) : null}
    </div>`;
  }

  /** What the owner of a car in service may ask for; putting its record right goes first. */
  #changes(id: string, vehicle: Vehicle, wrong: boolean) {
    return html`
      <button class="wide ${wrong ? "quiet" : ""}" data-testid="start-transfer" ?disabled=${this.starting !== ""}
        @click=${() => this.#start(vehicle)}>${t("start_transfer")}</button>
      <div class="pair">
        <a class="button quiet" data-testid="start-replacement" href=${href({ view: "replacement", vehicle: id })}>${t("start_replacement")}</a>
        <a class="button quiet" data-testid="start-cancellation" href=${href({ view: "cancellation", vehicle: id })}>${t("start_cancellation")}</a>
      </div>
    `;
  }

  /** What can be asked for without a car of one's own. */
  #others() {
    return html`<section class="stack">
      <h2>${t("other_title")}</h2>
      <div class="others">
        ${(["registration", "claim"] as const).map(
          (view) => html`<a class="panel link" data-testid="start-${view}" href=${href({ view })}>
            <div class="grow">
              <p><strong>${t(`start_${view}`)}</strong></p>
              <p class="muted small">${t(`start_${view}_lead`)}</p>
            </div>
            <span class="muted" aria-hidden="true">›</span>
          </a>`,
        )}
        <a class="panel link" data-testid="complaints" href=${href({ view: "complaints" })}>
          <div class="grow">
            <p><strong>${t("complaints_title")}</strong></p>
            <p class="muted small">${t("complaints_entry_lead")}</p>
          </div>
          <span class="muted" aria-hidden="true">›</span>
        </a>
      </div>
    </section>`;
  }

  #list(title: string, requests: OwnerRequest[]) {
    if (requests.length === 0) return null;
    return html`<section class="stack">
      <h2>${title}</h2>
      ${requests.map(
        (request) => html`<a class="panel link" data-testid="request" href=${href({ view: "request", id: request.id })}>
          <div class="grow">
            <p><strong>${tRequest("title", request)}</strong></p>
            <p class="muted small">
              ${request.vehicles[0]?.brand} ${request.vehicles[0]?.model} · ${moment(request.timeline.at(-1)?.at ?? request.created_at)}
            </p>
          </div>
          <span class="chip ${tone(request.state)}">${tRequest("state", request, request.state)}</span>
        </a>`,
      )}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-home": OwnerHome;
  }
}
