import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Transfer, type Vehicle, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, moment } from "@ownerproof/ui";
import { api } from "../api.ts";
import { carPlate, carStyles } from "../parts/car.ts";
import { cardList, cardStyles } from "../parts/cards.ts";
import { problem, skeleton } from "../parts/problem.ts";
import { isClosed, tone } from "../parts/stages.ts";
import { go, href } from "../router.ts";
import { t, tCode } from "../texts/index.ts";
import "./consents.ts";

/** The person's cars and transfers. */
@customElement("owner-home")
export class OwnerHome extends LocalizedElement {
  @state() private vehicles: Vehicle[] | null = null;
  @state() private transfers: Transfer[] = [];
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
      .transfer {
        display: flex;
        align-items: center;
        gap: 12px;
        color: inherit;
        text-decoration: none;
      }
      @media (hover: hover) {
        .transfer:hover {
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
      const [vehicles, transfers] = await Promise.all([body(api.GET("/owner/vehicles")), body(api.GET("/owner/transfers"))]);
      this.vehicles = vehicles.items;
      this.transfers = transfers.items;
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
      go({ view: "transfer", id });
    } catch (error) {
      this.error = error;
    }
    this.starting = "";
  }

  protected override render() {
    const open = this.transfers.filter(({ state }) => !isClosed(state));
    const past = this.transfers.filter(({ state }) => isClosed(state));
    return html`<div class="stack-l">
      <h1>${t("cars_title")}</h1>
      ${problem(this.error, () => void this.#poll.now())} ${this.#list(t("open_transfers"), open)}
      ${this.vehicles ? this.#cars(this.vehicles) : this.error ? null : skeleton()}
      ${this.#list(t("past_transfers"), past)}
      ${this.vehicles ? html`<owner-consents></owner-consents>` : null}
    </div>`;
  }

  #cars(vehicles: Vehicle[]) {
    // Somebody with a transfer under way needs no advice on how to get to one.
    if (vehicles.length === 0 && this.transfers.some(({ state }) => !isClosed(state))) return null;
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
          ${cardList(vehicle.cards)}
          ${vehicle.open_transfer_id
            ? html`<a class="button wide quiet" data-testid="open-transfer"
                href=${href({ view: "transfer", id: vehicle.open_transfer_id })}>${t("open_transfer")}</a>`
            : html`<button class="wide" data-testid="start-transfer" ?disabled=${this.starting !== ""}
                @click=${() => this.#start(vehicle)}>${t("start_transfer")}</button>`}
        </div>
      </article>`,
    )}</div>`;
  }

  #list(title: string, transfers: Transfer[]) {
    if (transfers.length === 0) return null;
    return html`<section class="stack">
      <h2>${title}</h2>
      ${transfers.map(
        (transfer) => html`<a class="panel transfer" data-testid="transfer" href=${href({ view: "transfer", id: transfer.id })}>
          <div class="grow">
            <p><strong>${transfer.vehicle.brand} ${transfer.vehicle.model}</strong></p>
            <p class="muted small">${t(`as_${transfer.role}`)} · ${moment(transfer.timeline.at(-1)?.at ?? transfer.expires_at)}</p>
          </div>
          <span class="chip ${tone(transfer.state)}">${tCode("state", transfer.state)}</span>
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
