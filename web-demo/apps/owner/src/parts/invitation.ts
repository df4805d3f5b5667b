import { css, html } from "lit";
import { moment } from "@ownerproof/ui";
import { t } from "../texts/index.ts";
import { qr } from "./qr.ts";

/** The link the owner gives to the counterparty. `copied` is null before, then whether copying worked. */
export const invitation = (link: string, until: string, copied: boolean | null, copy: () => void) =>
  html`<section class="panel invitation">
    <h2>${t("invite_title")}</h2>
    <p class="muted">${t("invite_lead")}</p>
    ${qr(link, t("invite_qr"))}
    <label for="link" class="sr-only">${t("invite_link")}</label>
    <input id="link" data-testid="invitation-link" class="mono" readonly .value=${link}
      @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()} />
    <button class="wide" data-testid="copy-link" @click=${copy}>${t(copied ? "copied" : "copy")}</button>
    <p class="muted small" role="status">
      ${copied === false ? t("copy_failed") : t("valid_until", { at: moment(until) })}
    </p>
  </section>`;

/** Styles of the invitation. */
export const invitationStyles = css`
  .invitation {
    display: flex;
    flex-direction: column;
    gap: 12px;
  }
  .invitation > h2:first-child {
    margin: 0;
  }
  .qr {
    width: min(100%, 220px);
    margin: 4px auto;
    border-radius: var(--op-radius-s);
  }
  .invitation input {
    font-size: 14px;
    text-overflow: ellipsis;
  }
`;
