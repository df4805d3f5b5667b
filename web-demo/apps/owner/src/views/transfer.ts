import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type Transfer, body } from "@ownerproof/api-client";
import { LocalizedElement, Poll, base, locale, moment } from "@ownerproof/ui";
import { api } from "../api.ts";
import { carPlate, carStyles } from "../parts/car.ts";
import { cardList, cardStyles } from "../parts/cards.ts";
import { invitation, invitationStyles } from "../parts/invitation.ts";
import { problem, skeleton } from "../parts/problem.ts";
import { actions, isAgreed, isClosed, tone } from "../parts/stages.ts";
import { syncStages, syncStyles } from "../parts/sync.ts";
import { timeline, timelineStyles } from "../parts/timeline.ts";
import { href } from "../router.ts";
import { t, tCode } from "../texts/index.ts";

/** One transfer, the same for both sides: where it stands, who acts next, what happened. */
@customElement("owner-transfer")
export class OwnerTransfer extends LocalizedElement {
  @property() transferId = "";

  @state() private transfer: Transfer | null = null;
  @state() private copied: boolean | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  @query("dialog") private dialog!: HTMLDialogElement;

  #poll = new Poll(this, () => this.#load(), 2000);

  static override styles = [
    base,
    carStyles,
    cardStyles,
    invitationStyles,
    syncStyles,
    timelineStyles,
    css`
      .back {
        margin: 0 0 -12px -12px;
        align-self: flex-start;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 24px;
        align-items: start;
      }
      @media (min-width: 900px) {
        .columns {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      .now .state {
        font-size: 26px;
        line-height: 1.3;
        font-weight: 600;
      }
      .now .next {
        margin: 12px 0 0;
        padding-top: 12px;
        border-top: 1px solid var(--op-line);
      }
      .now .button {
        margin-top: 16px;
      }
      dialog {
        width: min(92vw, 420px);
        padding: 24px;
        border: 0;
        border-radius: var(--op-radius);
        background: var(--op-surface);
        color: var(--op-ink);
      }
      dialog::backdrop {
        background: rgb(8 12 14 / 55%);
      }
      dialog .stack {
        margin-top: 20px;
        gap: 8px;
      }
    `,
  ];

  async #load(): Promise<boolean> {
    try {
      const call = api.GET("/owner/transfers/{id}", { params: { path: { id: this.transferId } } });
      this.transfer = await body(call);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    return !this.transfer || !isClosed(this.transfer.state);
  }

  /** The owner cancels, the counterparty declines. */
  async #end(): Promise<void> {
    this.dialog.close();
    this.busy = true;
    const params = { path: { id: this.transferId } };
    try {
      const call =
        this.transfer?.role === "owner"
          ? api.POST("/owner/transfers/{id}/cancel", { params })
          : api.POST("/owner/transfers/{id}/decline", { params });
      this.transfer = await body(call);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  async #copy(link: string): Promise<void> {
    this.copied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false,
    );
  }

  protected override render() {
    const { transfer } = this;
    return html`<div class="stack-l">
      <a class="button text back" href=${href({ view: "home" })}>‹ ${t("cars_title")}</a>
      <h1>${t("transfer_title")}</h1>
      ${problem(this.error, () => void this.#poll.now())}
      ${transfer ? this.#transfer(transfer) : this.error ? null : skeleton()}
    </div>`;
  }

  #transfer(transfer: Transfer) {
    const can = actions(transfer);
    const link = transfer.invitation_token
      ? `${location.origin}${location.pathname}${href({ view: "invite", token: transfer.invitation_token })}`
      : "";
    return html`
      <div class="columns">
        <div class="stack-l">
          ${this.#now(transfer)}
          ${can.invite ? invitation(link, transfer.expires_at, this.copied, () => void this.#copy(link)) : null}
          ${isAgreed(transfer.state) || transfer.sync.stage !== "none" ? syncStages(transfer.sync.stage) : null}
        </div>
        <div class="stack-l">
          ${carPlate(transfer.vehicle)}
          <section class="panel">
            <h2>${t("moved_cards")}</h2>
            ${cardList(transfer.cards)}
          </section>
          ${timeline(transfer.timeline)}
        </div>
      </div>
      ${can.cancel
        ? html`<button class="text danger" data-testid="cancel-transfer" ?disabled=${this.busy}
            @click=${() => this.dialog.showModal()}>${t("cancel_transfer")}</button>`
        : null}
      ${can.decline
        ? html`<button class="text danger" data-testid="decline" ?disabled=${this.busy}
            @click=${() => this.dialog.showModal()}>${t("decline")}</button>`
        : null}
      ${this.#confirmation(transfer.role)}
    `;
  }

  #now(transfer: Transfer) {
    const { state, role, next, review } = transfer;
    const can = actions(transfer);
    const mine = next.who === role;
    return html`<section class="panel now" aria-live="polite">
      <div class="row between">
        <p class="state" data-testid="timeline-state" data-state=${state}>${tCode("state", state)}</p>
        <span class="chip ${mine ? "warn" : tone(state)}">${mine ? t("next_me") : nextOf(next.who)}</span>
      </div>
      ${transfer.counterparty_name_masked
        ? html`<p class="muted">${t("receiver")} ${transfer.counterparty_name_masked}</p>`
        : null}
      <div class="next">
        <p data-testid="todo">${todo(transfer)}</p>
        ${review?.message ? html`<p class="notice ${state === "rejected" ? "bad" : "warn"}" data-testid="review-message"><strong>${t("review_says")}</strong>${review.message}</p>` : null}
        ${review && state === "manual_review" && next.who === "staff"
          ? html`<p class="muted small">${t("review_due", { at: moment(review.due_at) })}</p>`
          : null}
        ${next.by ? html`<p class="muted small">${t(mine ? "by" : "valid_until", { at: moment(next.by) })}</p>` : null}
      </div>
      ${can.verify
        ? html`<a class="button wide" data-testid="continue" href=${href({ view: "verify", id: transfer.id })}>${t("go_verify")}</a>`
        : null}
      ${can.accept
        ? html`<a class="button wide" data-testid="continue" href=${href({ view: "accept", id: transfer.id })}>${t("go_accept")}</a>`
        : null}
    </section>`;
  }

  #confirmation(role: Transfer["role"]) {
    const owner = role === "owner";
    return html`<dialog aria-labelledby="question">
      <h2 id="question">${t(owner ? "cancel_question" : "decline_question")}</h2>
      <p class="lead">${t(owner ? "cancel_consequence" : "decline_consequence")}</p>
      <div class="stack">
        <button class="wide quiet danger" data-testid="confirm" @click=${this.#end}>
          ${t(owner ? "confirm_cancel" : "confirm_decline")}
        </button>
        <button class="wide text" @click=${() => this.dialog.close()}>${t("keep")}</button>
      </div>
    </dialog>`;
  }
}

/** What this side should know and do now; the server's own words for a state this app does not know. */
function todo({ role, state, next }: Transfer): string {
  const key = `${role}_${state}`;
  const text = tCode("todo", key);
  return text !== key ? text : locale() === "en" ? next.what_en : next.what_zh;
}

function nextOf(who: string): string {
  return who && who !== "nobody" && who !== "none" ? tCode("next", who) : t("next_nobody");
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-transfer": OwnerTransfer;
  }
}
