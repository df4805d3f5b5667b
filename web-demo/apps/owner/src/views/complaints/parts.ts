import type { ComplaintKind, OwnerComplaintSummary } from "@ownerproof/api-client";

/** What a complaint can be about, in the order of a choice. */
export const KINDS: readonly ComplaintKind[] = [
  "registered_without_knowledge", "cannot_transfer", "prior_owner_unreachable", "wrong_data", "function_not_opened",
  "personal_data", "staff", "fee", "other",
];

/** Whether nothing more happens by itself. */
export const isOver = ({ state }: Pick<OwnerComplaintSummary, "state">): boolean => state === "closed" || state === "replied";

/** The colour a state is shown in. */
export function tone({ state }: Pick<OwnerComplaintSummary, "state">): string {
  if (state === "waiting_for_user") return "warn";
  if (state === "replied") return "good";
  return state === "closed" ? "" : "accent";
}
