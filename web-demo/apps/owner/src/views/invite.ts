import { html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Invitation, Problem, body } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import { api } from "../api.ts";
import { carPlate, carStyles } from "../parts/car.ts";
import { problem, skeleton } from "../parts/problem.ts";
import { isClosed } from "../parts/stages.ts";
import { go, href } from "../router.ts";
import { onSessionChange, token as session } from "../session.ts";
import { t } from "../texts/index.ts";
import "./sign-in.ts";

/** What the counterparty sees when opening the link: enough to recognise the car, then sign in and claim. */
@customElement("owner-invite")
export class OwnerInvite extends LocalizedElement {
  @property() token = "";

  @state() private invitation: Invitation | null = null;
  @state() private busy = false;
  @state() private error: unknown = null;

  #stop: (() => void) | null = null;

  static override styles = [
    base,
    carStyles,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onSessionChange(() => {
      this.requestUpdate();
      void this.#resume();
    });
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("token") && this.token) void this.#load();
  }

  async #load(): Promise<void> {
    this.error = this.invitation = null;
    try {
      this.invitation = await body(api.GET("/owner/invitations/{token}", { params: { path: { token: this.token } } }));
      await this.#resume();
    } catch (error) {
      this.error = error;
    }
  }

  /** Somebody took it and is under way. */
  get #taken(): boolean {
    const state = this.invitation?.state;
    return state !== undefined && state !== "awaiting_counterparty" && !isClosed(state);
  }

  /** Who took the invitation, or gave it, opens the link again to go on. */
  async #resume(): Promise<void> {
    const { invitation } = this;
    if (!session() || !invitation || invitation.state === "awaiting_counterparty") return;
    const { items } = await body(api.GET("/owner/requests")).catch(() => ({ items: [] }));
    const mine = items.find(
      ({ vehicles, expires_at }) => vehicles[0]?.vin_masked === invitation.vin_masked && expires_at === invitation.expires_at,
    );
    if (mine) location.replace(href({ view: "request", id: mine.id }));
  }

  async #claim(): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      const { id } = await body(api.POST("/owner/invitations/{token}/claim", { params: { path: { token: this.token } } }));
      go({ view: "verify", id });
    } catch (error) {
      // Somebody was faster, or the owner called it off: the page then shows what became of it.
      if (error instanceof Problem && (error.status === 409 || error.status === 410)) await this.#load();
      else this.error = error;
    }
    this.busy = false;
  }

  #refused(slug: string): boolean {
    return this.error instanceof Problem && this.error.slug === slug;
  }

  protected override render() {
    const { invitation } = this;
    return html`<div class="stack-l">
      <h1>${t("invite_page_title")}</h1>
      ${invitation ? this.#summary(invitation) : this.error ? null : skeleton()}
      ${this.#failure()} ${(invitation?.state === "awaiting_counterparty" && !this.#refused("same-person")) || (this.#taken && !session()) ? this.#act() : this.#home()}
    </div>`;
  }

  #failure() {
    if (this.#refused("not-found")) return this.#notice("invite_unknown");
    if (this.#refused("same-person")) return this.#notice("invite_own");
    return problem(this.error, this.invitation ? undefined : () => void this.#load());
  }

  #notice(key: "invite_unknown" | "invite_own" | "invite_over" | "invite_taken") {
    return html`<div class="notice warn" role="alert" data-testid="invitation-over" data-reason=${key}>
      <strong>${t(key)}</strong>
      <p>${t(`${key}_todo`)}</p>
    </div>`;
  }

  #summary(invitation: Invitation) {
    const { owner_name_masked: name, card_count: n, expires_at } = invitation;
    const usable = invitation.state === "awaiting_counterparty";
    return html`
      ${usable
        ? html`<div>
            <p>${t("invite_from", { name })}</p>
            <p class="lead">${t("invite_what")}</p>
          </div>`
        : this.#notice(this.#taken ? "invite_taken" : "invite_over")}
      ${carPlate(invitation)}
      <p class="muted small">${t("card_count", { n })}${usable ? html` · ${t("valid_until", { at: moment(expires_at) })}` : null}</p>
    `;
  }

  /** The way on for somebody who cannot take this invitation. */
  #home() {
    if (!session() || (!this.invitation && !this.error)) return null;
    return html`<a class="button wide quiet" href=${href({ view: "home" })}>${t("cars_title")}</a>`;
  }

  #act() {
    return session()
      ? html`<button class="wide" data-testid="claim" ?disabled=${this.busy} @click=${this.#claim}>${t("invite_claim")}</button>`
      : html`<section class="panel">
          <h2>${t("invite_signin")}</h2>
          <owner-sign-in compact></owner-sign-in>
        </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "owner-invite": OwnerInvite;
  }
}
