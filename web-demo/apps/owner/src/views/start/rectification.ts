import { customElement, property, state } from "lit/decorators.js";
import { html } from "lit";
import type { Vehicle } from "@ownerproof/api-client";
import { api } from "../../api.ts";
import { addressField } from "../../parts/address.ts";
import { recordNotice } from "../../parts/record.ts";
import { t } from "../../texts/index.ts";
import { CarForm, carLine } from "./form.ts";

/** Putting a record right that failed a sample (Rules, Art 10): the owner is registered once more. */
@customElement("owner-rectification")
export class OwnerRectification extends CarForm {
  @property() vehicle = "";

  @state() private address = "";

  protected get ready(): boolean {
    return this.address.trim() !== "";
  }

  protected start() {
    return api.POST("/owner/rectifications", { body: { vehicle_id: this.vehicle, address: this.address.trim() } });
  }

  protected form(car: Vehicle) {
    const texts = { title: t("start_rectification"), lead: t("rectification_lead"), next: t("registration_next_self"), go: t("rectification_go") };
    return this.frame(
      texts,
      html`<p class="muted">${carLine(car)}</p>
        ${recordNotice(car)} ${addressField(this.address, (address) => (this.address = address))}`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-rectification": OwnerRectification;
  }
}
