import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ComplaintCase, ComplaintLine } from "@ownerproof/api-client";
import { LocalizedElement, base, moment } from "@ownerproof/ui";
import "./attachment.ts";
import { t, tCode } from "./texts.ts";

/** Lines without words that are worth a line. */
const MILESTONES: readonly string[] = ["assigned", "closed", "acted", "absorbed", "alerted", "snoozed"];
/** Words whose kind is said beside them. */
const NAMED: readonly string[] = ["asked", "replied", "reopened", "appealed", "returned"];

/** What was said, in order; what colleagues said among themselves is clearly apart. */
@customElement("complaint-conversation")
export class ComplaintConversation extends LocalizedElement {
  @property({ attribute: false }) case!: ComplaintCase;
  /** Names of those who handle complaints, by id. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();

  @state() private everything = false;

  static override styles = [
    base,
    css`
      .switch {
        justify-content: flex-end;
        min-height: 0;
        font-size: 14px;
        color: var(--op-ink-2);
      }
      .switch input {
        width: 18px;
        height: 18px;
      }
      .entry {
        max-width: min(88%, 640px);
        margin-top: 14px;
      }
      .ours {
        margin-left: auto;
      }
      .meta {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 8px;
        align-items: center;
        margin-bottom: 4px;
      }
      .ours .meta {
        justify-content: flex-end;
      }
      .words {
        padding: 10px 14px;
        border-radius: 14px 14px 14px 4px;
        background: var(--op-surface-2);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .ours .words {
        border-radius: 14px 14px 4px;
        background: var(--op-accent-soft);
      }
      .replied .words {
        background: var(--op-good-soft);
      }
      /* A note is a slip of paper, not a speech bubble: nobody takes it for something the user reads. */
      .internal {
        max-width: none;
        margin-inline: 8%;
      }
      .internal .words {
        border: 1px dashed var(--op-warn);
        border-radius: 4px;
        background: var(--op-warn-soft);
      }
      .internal .meta {
        justify-content: flex-start;
      }
      .event {
        margin-top: 14px;
        text-align: center;
      }
    `,
  ];

  protected override render() {
    const spoken = this.case.lines.filter(({ text, kind, attachments }) => (text && kind !== "proposed") || attachments.length > 0);
    const lines = this.everything ? this.case.lines : this.case.lines.filter(({ kind, text, attachments }) => (text && kind !== "proposed") || attachments.length > 0 || MILESTONES.includes(kind));
    return html`
      <label class="check switch">
        <input type="checkbox" data-testid="everything" .checked=${this.everything}
          @change=${(event: Event) => (this.everything = (event.target as HTMLInputElement).checked)} />
        ${t("everything")}
      </label>
      <div data-testid="conversation" data-count=${spoken.length} aria-live="polite">
        ${lines.map((line) => (line.text || line.attachments.length > 0 ? this.#said(line) : this.#happened(line)))}
      </div>
    `;
  }

  #said(line: ComplaintLine) {
    const { kind, at, actor, text, written_down } = line;
    const internal = !line.public;
    const theirs = actor === "user" || kind === "user_spoke";
    return html`<div class="entry ${theirs ? "theirs" : "ours"} ${internal ? "internal" : ""} ${kind}" data-testid="entry"
      data-kind=${kind} data-internal=${internal}>
      <p class="meta muted small">
        <strong>${theirs ? t("user") : (line.staff ?? t("system"))}</strong>
        <time datetime=${at}>${moment(at)}</time>
        ${internal ? html`<span class="chip warn">${t("internal")}</span>` : null}
        ${NAMED.includes(kind) ? html`<span class="chip">${says(line)}</span>` : null}
        ${written_down ? html`<span>${t("written_down", { name: line.staff ?? "" })}</span>` : null}
      </p>
      ${text ? html`<p class="words">${text}</p>` : null}
      ${line.attachments.map((id) => html`<complaint-attachment .complaintId=${this.case.complaint.id} .attachmentId=${id}></complaint-attachment>`)}
    </div>`;
  }

  #happened(line: ComplaintLine) {
    const who = line.actor === "staff" ? line.staff : t(line.actor);
    return html`<p class="event muted small" data-testid="event" data-kind=${line.kind}>
      ${says(line, this.names)} · ${who} · <time datetime=${line.at}>${moment(line.at)}</time>
    </p>`;
  }
}

/** A line of the history in words. */
export function says({ kind, to, outcome, until, act, clock, stage }: ComplaintLine, names: ReadonlyMap<string, string> = new Map()): string {
  return tCode("event", kind, {
    name: to ? (names.get(to) ?? "") : "",
    outcome: outcome ? tCode("outcome", outcome) : "",
    at: until ? moment(until) : "",
    act: act ? tCode("act", act) : "",
    clock: clock ? tCode("clock", clock) : "",
    stage: stage ? tCode("stage", stage) : "",
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "complaint-conversation": ComplaintConversation;
  }
}
