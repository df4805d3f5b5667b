import { css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { OwnerRequest, Verdict } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { actions } from "../../parts/stages.ts";
import { href } from "../../router.ts";
import { t, tRequest } from "../../texts/index.ts";

const MARKS = {
  passed: svg`<path d="m18 29 8 8 15-17" />`,
  manual_review: svg`<path d="M28 16v13l9 6" />`,
  failed: svg`<path d="M28 17v14M28 39v.5" />`,
};

/** What follows from a verdict, for the one it is about. */
function lead({ outcome, may_retry }: Verdict, request: OwnerRequest): string {
  if (outcome === "passed") return tRequest("then", request, request.state);
  return t(outcome === "failed" && !may_retry ? "result_final_lead" : `result_${outcome}_lead`);
}

/**
 * The server's verdict: passed, a person will look, or what to change. Never a score.
 *
 * @fires result-again
 * @fires result-no-face
 */
@customElement("owner-result")
export class OwnerResult extends LocalizedElement {
  @property({ attribute: false }) verdict: Verdict | null = null;
  @property({ attribute: false }) request: OwnerRequest | null = null;

  static override styles = [
    base,
    css`
      .verdict {
        padding: 24px 0 8px;
        text-align: center;
      }
      svg {
        width: 88px;
        height: 88px;
        margin-bottom: 16px;
        fill: none;
        stroke: currentColor;
        stroke-width: 3;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .passed svg {
        color: var(--op-good);
      }
      .manual_review svg {
        color: var(--op-warn);
      }
      .failed svg {
        color: var(--op-bad);
      }
      .tips li {
        padding: 12px 0;
        border-top: 1px solid var(--op-line);
      }
      .tips li:first-child {
        border: 0;
        padding-top: 0;
      }
      .tips li:last-child {
        padding-bottom: 0;
      }
    `,
  ];

  protected override render() {
    if (!this.verdict || !this.request) return null;
    const { outcome, may_retry } = this.verdict;
    return html`<div class="stack-l">
      <div class="verdict ${outcome}" role="status" data-testid="verify-result" data-outcome=${outcome}>
        <svg viewBox="0 0 56 56" aria-hidden="true"><circle cx="28" cy="28" r="25" />${MARKS[outcome]}</svg>
        <h1>${t(`result_${outcome}`)}</h1>
        <p class="lead">${lead(this.verdict, this.request)}</p>
      </div>
      ${outcome === "failed" && may_retry ? this.#tips() : null} ${this.#way(this.verdict, this.request)}
    </div>`;
  }

  #tips() {
    return html`<ul class="panel tips">
      ${(["result_tip_light", "result_tip_face", "result_tip_slow"] as const).map((key) => html`<li>${t(key)}</li>`)}
    </ul>`;
  }

  #way({ outcome, may_retry }: Verdict, request: OwnerRequest) {
    const { id } = request;
    if (outcome === "passed") {
      const view = actions(request).accept && request.kind !== "cancellation" ? "accept" : "request";
      return html`<a class="button wide" data-testid="continue" href=${href({ view, id })}>${t("result_continue")}</a>`;
    }
    return html`<div class="stack">
      ${outcome === "failed" && may_retry
        ? html`<button class="wide" data-testid="try-again"
            @click=${() => this.dispatchEvent(new CustomEvent("result-again"))}>${t("result_again")}</button>`
        : null}
      ${outcome === "failed"
        ? html`<button class="wide quiet" data-testid="no-face"
            @click=${() => this.dispatchEvent(new CustomEvent("result-no-face"))}>${t("no_face")}</button>`
        : null}
      <a class="button wide ${outcome === "failed" ? "text" : ""}" data-testid="continue"
        href=${href({ view: "request", id })}>${t("result_progress")}</a>
    </div>`;
  }
}
