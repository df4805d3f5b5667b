import { html } from "lit";
import type { Vehicle } from "@ownerproof/api-client";
import { moment } from "@ownerproof/ui";
import { t, tCode } from "../texts/index.ts";

const TONES: Partial<Record<Vehicle["record"], string>> = { rectifying: "bad", unregistered: "warn", emergency_only: "warn" };

/** What the record of a car means for its owner; nothing while all is well. */
export function recordNotice({ record, rectify_by: by, open_request: open }: Vehicle) {
  if (record === "active") return null;
  const ending = record === "emergency_only" && open?.kind === "cancellation";
  return html`<div class="notice ${TONES[record] ?? ""}" data-testid="record" data-state=${record}>
    <strong>${tCode("record", record)}</strong>
    <p>${ending ? t("record_ending_lead") : tCode("record", `${record}_lead`, { at: by ? moment(by) : "" })}</p>
  </div>`;
}

/** Whether the cards do what the carrier has opened, so that they can be transferred, replaced or ended. */
export const inService = ({ record }: Vehicle): boolean =>
  record === "active" || record === "sampled" || record === "rectifying";
