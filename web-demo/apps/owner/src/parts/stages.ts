import type { Transfer, TransferState } from "@ownerproof/api-client";

/** States in which nothing more happens. */
const CLOSED: readonly TransferState[] = ["confirmed", "cancelled", "declined", "expired", "rejected", "referred_to_shop"];
/** States in which both sides have agreed. */
const AGREED: readonly TransferState[] = ["approved", "syncing", "accepted", "confirmed"];

/** Whether a transfer is over. */
export const isClosed = (state: TransferState): boolean => CLOSED.includes(state);

/** Whether both sides have agreed, and the record is on its way or there. */
export const isAgreed = (state: TransferState): boolean => AGREED.includes(state);

/** The colour a state is shown in. */
export function tone(state: TransferState): "good" | "warn" | "bad" | "accent" | "" {
  if (state === "confirmed") return "good";
  if (state === "rejected" || state === "disputed" || state === "referred_to_shop") return "bad";
  if (state === "manual_review") return "warn";
  return isClosed(state) ? "" : "accent";
}

/** What this party can do now. */
export interface Actions {
  verify: boolean;
  accept: boolean;
  invite: boolean;
  cancel: boolean;
  decline: boolean;
}

/** The server decides; this only says which buttons are worth showing. */
export function actions({ state, role, invitation_token: token }: Transfer): Actions {
  const owner = role === "owner";
  const open = !isClosed(state) && !AGREED.includes(state) && state !== "disputed";
  return {
    verify: owner ? state === "draft" || state === "owner_verifying" : state === "counterparty_verifying",
    accept: !owner && state === "card_limit_check",
    invite: owner && state === "awaiting_counterparty" && Boolean(token),
    cancel: owner && open,
    decline: !owner && open,
  };
}
