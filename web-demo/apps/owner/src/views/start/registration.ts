import { type PropertyValues, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Identity, type NoticeVehicle, body } from "@ownerproof/api-client";
import { base } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { addressField } from "../../parts/address.ts";
import { carPlate, carStyles } from "../../parts/car.ts";
import { OF_PEOPLE, OF_UNITS, asSent, identityFields, isWhole, nobody } from "../../parts/identity-fields.ts";
import { problem, skeleton } from "../../parts/problem.ts";
import { type VehicleNumbers, areComplete, vehicleNumbers } from "../../parts/vehicle-numbers.ts";
import { t } from "../../texts/index.ts";
import { StartForm } from "./form.ts";

/** For whom: oneself (Rules, Art 8), a unit one is responsible for (Art 9), somebody one acts for (Art 12). */
const SIDES = ["self", "unit", "principal"] as const;

/** A car of the form, and who really uses it, which a unit may say (Art 9). */
interface Entry {
  numbers: VehicleNumbers;
  user: Identity | null;
}

const blank = (): Entry => ({ numbers: { vin: "", engine_number: "" }, user: null });

/** Registering cars nobody is registered for; a notice (Art 22) has its car filled in already (Art 23). */
@customElement("owner-registration")
export class OwnerRegistration extends StartForm {
  /** Token of a notice; empty without one. */
  @property() notice = "";

  @state() private side: (typeof SIDES)[number] = "self";
  @state() private entries: Entry[] = [blank()];
  @state() private unit = nobody(OF_UNITS);
  @state() private principal = nobody(OF_PEOPLE);
  @state() private address = "";
  @state() private filledIn: NoticeVehicle | null = null;
  @state() private missing: unknown = null;

  static override styles = [
    base,
    carStyles,
    css`
      summary {
        font-weight: 500;
        cursor: pointer;
      }
      details[open] summary {
        margin-bottom: 12px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("notice") && this.notice) void this.#load();
  }

  async #load(): Promise<void> {
    this.missing = null;
    try {
      this.filledIn = await body(api.GET("/owner/notices/{token}", { params: { path: { token: this.notice } } }));
    } catch (error) {
      this.missing = error;
    }
  }

  /** The cars that are sent: a person registers one. */
  get #cars(): Entry[] {
    if (this.notice) return [];
    return this.side === "unit" ? this.entries : this.entries.slice(0, 1);
  }

  protected get ready(): boolean {
    return (
      this.address.trim() !== "" &&
      this.#cars.every(({ numbers, user }) => areComplete(numbers) && (this.side !== "unit" || !user || isWhole(user))) &&
      (this.side !== "unit" || isWhole(this.unit)) &&
      (this.side !== "principal" || isWhole(this.principal))
    );
  }

  protected start() {
    const cars = this.#cars;
    const users = cars.flatMap(({ user }, vehicle) => (user && this.side === "unit" ? [{ vehicle, identity: asSent(user) }] : []));
    return api.POST("/owner/registrations", {
      body: {
        vehicles: cars.map(({ numbers: { vin, engine_number } }) => ({ vin, engine_number: engine_number.trim() })),
        address: this.address.trim(),
        actual_users: users,
        ...(this.notice ? { notice_token: this.notice } : {}),
        ...(this.side === "unit" ? { unit: asSent(this.unit) } : {}),
        ...(this.side === "principal" ? { principal: asSent(this.principal) } : {}),
      },
    });
  }

  #change(index: number, entry: Partial<Entry>): void {
    this.entries = this.entries.map((old, at) => (at === index ? { ...old, ...entry } : old));
  }

  protected override render() {
    if (this.notice && !this.filledIn) return this.missing ? problem(this.missing, () => void this.#load()) : skeleton();
    const texts = { title: t("title_registration"), lead: t("registration_lead"), next: t(`registration_next_${this.side}`), go: t("registration_go") };
    return this.frame(
      texts,
      html`${this.filledIn ? carPlate(this.filledIn) : null} ${this.#who()}
        ${this.side === "unit"
          ? html`<section class="panel stack">
              <h2>${t("registration_unit")}</h2>
              ${identityFields("unit", OF_UNITS, this.unit, (unit) => (this.unit = unit))}
            </section>`
          : null}
        ${this.side === "principal"
          ? html`<section class="panel stack">
              <h2>${t("registration_principal")}</h2>
              ${identityFields("principal", OF_PEOPLE, this.principal, (principal) => (this.principal = principal))}
            </section>`
          : null}
        ${this.#cars.map((entry, index) => this.#car(entry, index))}
        ${this.side === "unit" && !this.notice
          ? html`<button type="button" class="wide quiet" data-testid="add-car" ?disabled=${this.entries.length >= 20}
              @click=${() => (this.entries = [...this.entries, blank()])}>${t("registration_add")}</button>`
          : null}
        ${addressField(this.address, (address) => (this.address = address), t(`address_of_${this.side}`))}`,
    );
  }

  #who() {
    return html`<fieldset class="panel">
      <legend>${t("registration_for")}</legend>
      ${SIDES.map(
        (side) => html`<label class="check">
          <input type="radio" name="side" data-testid="for-${side}" .checked=${this.side === side} @change=${() => (this.side = side)} />
          <span>${t(`registration_for_${side}`)}</span>
        </label>`,
      )}
    </fieldset>`;
  }

  #car({ numbers, user }: Entry, index: number) {
    const suffix = index === 0 ? "" : `-${index + 1}`;
    return html`<section class="panel stack">
      <div class="row between">
        <h2>${this.side === "unit" ? t("registration_car_n", { n: index + 1 }) : t("registration_car")}</h2>
        ${index > 0
          ? html`<button type="button" class="text danger" @click=${() => (this.entries = this.entries.filter((_, at) => at !== index))}>
              ${t("registration_remove")}
            </button>`
          : null}
      </div>
      ${vehicleNumbers(numbers, (changed) => this.#change(index, { numbers: changed }), suffix)}
      ${this.side === "unit" ? this.#user(user, index) : null}
    </section>`;
  }

  /** Who really uses the car: said when opened, left out when closed again. */
  #user(user: Identity | null, index: number) {
    const toggle = (event: Event): void => {
      const { open } = event.target as HTMLDetailsElement;
      if (open !== Boolean(user)) this.#change(index, { user: open ? nobody(OF_PEOPLE) : null });
    };
    return html`<details ?open=${user !== null} @toggle=${toggle}>
      <summary>${t("registration_user")}</summary>
      <div class="stack">
        ${user ? identityFields("user", OF_PEOPLE, user, (changed) => this.#change(index, { user: changed })) : null}
      </div>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-registration": OwnerRegistration;
  }
}
