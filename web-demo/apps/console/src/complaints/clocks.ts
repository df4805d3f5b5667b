import { css, html } from "lit";
import type { ComplaintSummary } from "@ownerproof/api-client";
import { moment } from "@ownerproof/ui";
import { t } from "./texts.ts";

/** How long, in the largest unit that says enough. */
export function duration(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  if (minutes < 60) return t("minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t("hours", { n: hours }) : t("days", { n: Math.floor(hours / 24) });
}

/** How urgent a time is: over, within a day, or not yet. */
export function urgency(due: string, now = Date.now()): "bad" | "warn" | "" {
  const rest = Date.parse(due) - now;
  if (rest <= 0) return "bad";
  return rest < 86_400_000 ? "warn" : "";
}

/** What is left of a time, or how long it has been over. */
export function left(due: string, now = Date.now()): string {
  const rest = Date.parse(due) - now;
  return t(rest > 0 ? "clock_left" : "clock_over", { left: duration(rest) });
}

/** Each clock: what is left of it, why it stands, whether it was kept. */
export function clockList(complaint: ComplaintSummary) {
  const { replied_at, closed_at, first_response_at, state } = complaint;
  const over = replied_at ?? closed_at;
  const waiting = state === "waiting_for_user";
  return html`<ul class="clocks" data-testid="clocks">
    ${clock("clock_statutory", over, complaint.statutory_due, complaint.statutory_breached, false)}
    ${clock("clock_first_response", first_response_at ?? over, complaint.first_response_due, complaint.first_response_breached, waiting)}
    ${clock("clock_resolution", over, complaint.resolution_due, complaint.resolution_breached, waiting)}
  </ul>`;
}

type Name = "clock_statutory" | "clock_first_response" | "clock_resolution";

function clock(name: Name, done: string | undefined, due: string | undefined, breached: boolean, waiting: boolean) {
  const state = done ? "done" : due ? "running" : waiting ? "paused" : "none";
  if (state === "none" && !breached) return null;
  return html`<li data-testid=${name} data-state=${state}>
    <span class="small">${t(name)}</span>
    ${state === "running"
      ? html`<span class="chip ${urgency(due!) || "accent"}">${left(due!)}</span>`
      : html`<span class="chip ${state === "done" && !breached ? "good" : ""}">${t(state === "paused" ? "clock_paused" : "clock_done")}</span>`}
    <span class="muted small due">
      ${state === "running" ? t("clock_due", { at: moment(due!) }) : state === "paused" ? t("clock_paused_waiting") : null}
      ${breached ? html`<span class="late">${t("clock_breached")}</span>` : null}
    </span>
  </li>`;
}

/** Styles of the clocks. */
export const clockStyles = css`
  .clocks li {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 2px 12px;
    padding: 8px 0;
  }
  .clocks li + li {
    border-top: 1px solid var(--op-line);
  }
  .clocks .due {
    grid-column: 1 / -1;
  }
  .late {
    color: var(--op-bad);
  }
`;
