import type { ComplaintCase, StaffMe } from "@ownerproof/api-client";

/** What this member of staff can do about a case now. The server decides; this says which buttons are worth showing. */
export interface Can {
  say: boolean;
  ask: boolean;
  note: boolean;
  propose: boolean;
  heard: boolean;
  take: boolean;
  reply: boolean;
  release: boolean;
  assign: boolean;
  snooze: boolean;
  wake: boolean;
  close: boolean;
  merge: boolean;
}

const ASKABLE = ["assigned", "investigating", "reopened", "waiting_for_user"];
const PROPOSABLE = [...ASKABLE, "proposed", "second_approval", "appealed"];
const RELEASABLE = ["assigned", "investigating", "reopened"];

/** Whether somebody works on complaints, rather than only reading them. */
export const isHandler = ({ roles }: StaffMe): boolean => roles.includes("handler") || roles.includes("supervisor");

/** Whether somebody leads those who do. */
export const isLead = ({ roles }: StaffMe): boolean => roles.includes("supervisor");

/** What can be done about this case. */
export function can(me: StaffMe, { mine, proposed_by_me: own, complaint }: ComplaintCase): Can {
  const { state, assignee_id, snoozed_until } = complaint;
  const handler = isHandler(me);
  const open = state !== "closed";
  return {
    say: mine && open,
    ask: mine && ASKABLE.includes(state),
    note: handler,
    propose: mine && PROPOSABLE.includes(state),
    heard: handler && open,
    take: handler && open && !assignee_id,
    reply: (state === "proposed" && mine) || (state === "second_approval" && !own && isLead(me)),
    release: mine && RELEASABLE.includes(state),
    assign: open && (mine || isLead(me)),
    snooze: mine && open && state !== "replied" && !snoozed_until,
    wake: mine && Boolean(snoozed_until),
    close: mine && (state === "replied" || state === "appealed"),
    merge: handler && open,
  };
}
