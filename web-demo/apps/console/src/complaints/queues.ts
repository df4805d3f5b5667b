import type { ComplaintQuery } from "@ownerproof/api-client";

/** The lists everybody has. */
export const QUEUES = ["mine", "unassigned", "overdue", "waiting", "approval", "snoozed", "following", "open", "closed"] as const;

/** One of them. */
export type Queue = (typeof QUEUES)[number];

/** Which complaints are in a queue. */
export function query(queue: Queue): ComplaintQuery {
  switch (queue) {
    case "mine":
      return { assigned: "me", open: true, snoozed: false };
    case "unassigned":
      return { assigned: "nobody", open: true };
    case "overdue":
      return { open: true, due_before: new Date().toISOString() };
    case "waiting":
      return { states: ["waiting_for_user"] };
    case "approval":
      return { states: ["second_approval"] };
    case "snoozed":
      return { assigned: "me", snoozed: true };
    case "following":
      return { followed: true, sort: "changed" };
    case "open":
      return { open: true };
    case "closed":
      return { open: false, sort: "changed" };
  }
}

/** What somebody typed to find complaints: a number of some kind, or words. */
export function find(typed: string): ComplaintQuery {
  const text = typed.trim();
  const plain = text.replace(/[\s-]/g, "").toUpperCase();
  if (/^C\d{13}$/.test(plain)) return { number: plain };
  if (/^1\d{10}$/.test(plain)) return { phone: plain };
  if (/^8986[0-9A-F]{15,16}$/.test(plain)) return { iccid: plain };
  if (/^1\d{12}$/.test(plain)) return { msisdn: plain };
  if (/^[A-HJ-NPR-Z0-9]{17}$/.test(plain)) return { vin: plain };
  if (/^\d{17}[\dX]$/.test(plain)) return { document_number: plain };
  return { text };
}

let wanted: ComplaintQuery = {};

/** What `#/complaints/found` shows: a search, a saved view, or what is behind a figure. */
export const sought = (): ComplaintQuery => wanted;

/** Sets it. */
export const seek = (query: ComplaintQuery): void => void (wanted = query);
