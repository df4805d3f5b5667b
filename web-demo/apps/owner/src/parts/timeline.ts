import { css, html } from "lit";
import type { OwnerRequest } from "@ownerproof/api-client";
import { moment } from "@ownerproof/ui";
import { t, tRequest } from "../texts/index.ts";
import { tone } from "./stages.ts";

/** Everything that happened, the newest first. */
export const timeline = (request: OwnerRequest) =>
  html`<section class="panel timeline">
    <h2>${t("timeline")}</h2>
    <ol>
      ${request.timeline.toReversed().map(
        ({ at, state, actor, note }) => html`<li class=${tone(state)} data-testid="timeline-entry" data-state=${state}>
          <p>${tRequest("event", request, state)}</p>
          <p class="muted small"><time datetime=${at}>${moment(at)}</time> · ${tRequest("actor", request, actor)}</p>
          ${note ? html`<p class="small">${note}</p>` : null}
        </li>`,
      )}
    </ol>
  </section>`;

/** Styles of the timeline. */
export const timelineStyles = css`
  .timeline li {
    position: relative;
    padding: 0 0 18px 26px;
  }
  .timeline li:last-child {
    padding-bottom: 0;
  }
  .timeline li::before {
    content: "";
    position: absolute;
    left: 2px;
    top: 7px;
    width: 10px;
    height: 10px;
    border-radius: 50%;
    background: var(--op-line-strong);
  }
  .timeline li:first-child::before {
    background: var(--op-accent);
    box-shadow: 0 0 0 4px var(--op-accent-soft);
  }
  .timeline li.good:first-child::before {
    background: var(--op-good);
    box-shadow: 0 0 0 4px var(--op-good-soft);
  }
  .timeline li.bad:first-child::before {
    background: var(--op-bad);
    box-shadow: 0 0 0 4px var(--op-bad-soft);
  }
  .timeline li:not(:last-child)::after {
    content: "";
    position: absolute;
    left: 6.5px;
    top: 22px;
    bottom: -3px;
    width: 1px;
    background: var(--op-line);
  }
`;
