import { css, html } from "lit";
import type { Card } from "@ownerproof/api-client";
import { t, tCode } from "../texts/index.ts";

const TONES: Record<string, string> = { active: "good", emergency_only: "warn", sold: "warn", testing: "accent" };

/** The SIM cards of a car, with their state in words. */
export const cardList = (cards: readonly Card[]) =>
  html`<ul class="cards" aria-label=${t("cards")}>
    ${cards.map(
      (card) => html`<li>
        <div class="grow">
          <p class="mono">${card.msisdn_masked}</p>
          <p class="muted small">${tCode("carrier", card.carrier.replace("china_", ""))} · <span class="mono">ICCID ${card.iccid_masked}</span></p>
        </div>
        <span class="chip ${TONES[card.state] ?? ""}">${tCode("card", card.state)}</span>
      </li>`,
    )}
  </ul>`;

/** Styles of the list. */
export const cardStyles = css`
  .cards li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    padding: 14px 0;
    border-top: 1px solid var(--op-line);
  }
  .cards .grow {
    flex-basis: auto; /* Beside the chip if there is room, above it if not. */
  }
  .cards li:first-child {
    border-top: 0;
  }
  .panel > .cards li:first-child {
    padding-top: 0;
  }
  .panel > .cards li:last-child {
    padding-bottom: 0;
  }
`;
