import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../../api.ts";
import { type VehicleNumbers, areComplete, vehicleNumbers } from "../../parts/vehicle-numbers.ts";
import { t } from "../../texts/index.ts";
import { StartForm } from "./form.ts";

/** A used car whose owner on record cannot be reached: the new owner asks for it. */
@customElement("owner-claim")
export class OwnerClaim extends StartForm {
  @state() private numbers: VehicleNumbers = { vin: "", engine_number: "" };

  protected get ready(): boolean {
    return areComplete(this.numbers);
  }

  protected start() {
    const { vin, engine_number } = this.numbers;
    return api.POST("/owner/claims", { body: { vin, engine_number: engine_number.trim() } });
  }

  protected override render() {
    const texts = { title: t("claim_title"), lead: t("claim_lead"), go: t("claim_go") };
    return this.frame(
      texts,
      html`<ol class="panel stack">
          ${(["claim_1", "claim_2", "claim_3"] as const).map((key, index) => html`<li>${index + 1}. ${t(key)}</li>`)}
        </ol>
        ${vehicleNumbers(this.numbers, (numbers) => (this.numbers = numbers))}`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-claim": OwnerClaim;
  }
}
