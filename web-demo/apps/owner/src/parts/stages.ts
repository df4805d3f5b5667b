import type { OwnerRequest, RequestState } from "@ownerproof/api-client";

/** States in which nothing more happens. */
const CLOSED: readonly RequestState[] = [
  "confirmed", "active", "closed", "cancelled", "declined", "expired", "rejected", "referred_to_shop",
];
/** States in which everybody has agreed. */
const AGREED: readonly RequestState[] = [
  "approved", "submitted", "syncing", "accepted", "confirmed", "active", "emergency_only", "closed",
];
/** States that end as they should. */
const DONE: readonly RequestState[] = ["confirmed", "active", "closed"];
/** States in which the one who leads a request verifies. */
const VERIFYING: readonly RequestState[] = ["draft", "owner_verifying", "capturing", "verifying"];

/** Whether a request is over. */
export const isClosed = (state: RequestState): boolean => CLOSED.includes(state);

/** Whether everybody has agreed, and the record is on its way or there. */
export const isAgreed = (state: RequestState): boolean => AGREED.includes(state);

/** The colour a state is shown in. */
export function tone(state: RequestState): "good" | "warn" | "bad" | "accent" | "" {
  if (DONE.includes(state)) return "good";
  if (state === "rejected" || state === "disputed" || state === "referred_to_shop") return "bad";
  if (state === "manual_review" || state === "emergency_only") return "warn";
  return isClosed(state) ? "" : "accent";
}

/** What this side can do now. */
export interface Actions {
  verify: boolean;
  accept: boolean;
  invite: boolean;
  cancel: boolean;
  decline: boolean;
  /** The owner on record answers a claim. */
  answer: boolean;
  /** Papers can be sent. */
  send: boolean;
}

/** The server decides; this only says which buttons are worth showing. */
export function actions({ kind, state, role, papers, invitation_token: token }: OwnerRequest): Actions {
  const open = !isClosed(state) && !isAgreed(state) && state !== "disputed";
  const taker = role === "counterparty";
  const leads = taker === (kind === "claim");
  return {
    verify: taker ? state === "counterparty_verifying" || state === "claimed" : leads && VERIFYING.includes(state),
    accept: state === "reason_given" || (state === "card_limit_check" && (taker || (kind !== "transfer" && kind !== "claim"))),
    invite: !taker && state === "awaiting_counterparty" && Boolean(token),
    cancel: leads && open,
    decline: kind === "transfer" && taker && open,
    answer: kind === "claim" && !taker && state === "prior_owner_notified",
    send: leads && open && papers.needed.length > 0,
  };
}

/** Whether a paper the request needs was not sent. */
export const lacksPapers = ({ needed, sent }: OwnerRequest["papers"]): boolean =>
  needed.some((group) => !sent.some(({ kind }) => group.includes(kind)));
