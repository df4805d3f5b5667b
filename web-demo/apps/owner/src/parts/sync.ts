import { css, html } from "lit";
import type { OwnerRequest } from "@ownerproof/api-client";
import { t } from "../texts/index.ts";

const STAGES = ["submitted", "accepted", "confirmed"] as const;

/** How far the car maker's platform is. Accepted and confirmed stand apart: one is a promise, the other is done. */
export function syncStages(stage: OwnerRequest["sync"]["stage"]) {
  const reached = STAGES.indexOf(stage as "submitted");
  return html`<section class="panel sync" data-testid="sync-stage" data-stage=${stage}>
    <h2>${t("sync_title")}</h2>
    <ol>
      ${STAGES.map(
        (name, index) => html`<li class=${index <= reached ? "done" : ""} aria-current=${index === reached ? "step" : "false"}>
          <span class="dot" aria-hidden="true"></span>${t(`sync_${name}`)}
        </li>`,
      )}
    </ol>
    <p class="muted small" role="status">${t(`sync_${stage}_lead`)}</p>
  </section>`;
}

/** Styles of the stages. */
export const syncStyles = css`
  .sync ol {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    margin: 4px 0 12px;
  }
  .sync li {
    position: relative;
    padding-top: 26px;
    font-size: 15px;
    color: var(--op-ink-2);
  }
  .sync li:nth-child(2) {
    text-align: center;
  }
  .sync li:last-child {
    text-align: right;
  }
  .sync li.done {
    color: var(--op-ink);
    font-weight: 600;
  }
  .sync li::before {
    content: "";
    position: absolute;
    top: 8px;
    left: 0;
    right: 0;
    height: 2px;
    background: var(--op-line);
  }
  .sync li.done::before {
    background: var(--op-good);
  }
  .sync .dot {
    position: absolute;
    top: 2px;
    left: 0;
    width: 14px;
    height: 14px;
    border-radius: 50%;
    border: 2px solid var(--op-line-strong);
    background: var(--op-surface);
  }
  .sync li:nth-child(2) .dot {
    left: calc(50% - 7px);
  }
  .sync li:last-child .dot {
    left: auto;
    right: 0;
  }
  .sync li.done .dot {
    border-color: var(--op-good);
    background: var(--op-good);
  }
`;
