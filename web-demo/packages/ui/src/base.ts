import { css } from "lit";

/** The styles every view shares, adopted once per shadow root: no inline style, no `unsafe-inline`. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
    color: var(--op-ink);
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: 28px;
    line-height: 1.25;
    font-weight: 600;
    letter-spacing: 0.01em;
    text-wrap: balance;
  }
  h2 {
    font-size: 18px;
    line-height: 1.4;
    font-weight: 600;
  }
  h3 {
    font-size: 16px;
    font-weight: 600;
  }
  .steps {
    color: var(--op-ink-2);
    font-size: 14px;
    margin-bottom: 4px;
  }
  .lead {
    color: var(--op-ink-2);
    margin-top: 8px;
  }
  .muted {
    color: var(--op-ink-2);
  }
  .small {
    font-size: 14px;
    line-height: 1.5;
  }
  .mono {
    font-family: var(--op-font-mono);
    font-size: 0.94em;
    letter-spacing: 0.02em;
  }
  .stack {
    display: flex;
    flex-direction: column;
    gap: 16px;
  }
  .stack-l {
    display: flex;
    flex-direction: column;
    gap: 24px;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .between {
    justify-content: space-between;
  }
  .grow {
    flex: 1;
    min-width: 0;
  }

  .panel {
    background: var(--op-surface);
    border: 1px solid var(--op-line);
    border-radius: var(--op-radius);
    padding: 20px;
    box-shadow: var(--op-shadow);
  }
  .panel > h2:first-child {
    margin-bottom: 12px;
  }

  button,
  .button {
    appearance: none;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 52px;
    padding: 12px 24px;
    border: 1px solid transparent;
    border-radius: 999px;
    background: var(--op-accent);
    color: var(--op-on-accent);
    font: 600 17px/1.3 var(--op-font);
    text-decoration: none;
    cursor: pointer;
  }
  button.wide,
  .button.wide {
    width: 100%;
  }
  button.quiet,
  .button.quiet {
    background: transparent;
    border-color: var(--op-line-strong);
    color: var(--op-ink);
  }
  .back {
    margin: 0 0 -12px -12px;
    align-self: flex-start;
  }
  button.text,
  .button.text {
    min-height: 44px;
    padding: 8px 12px;
    background: transparent;
    color: var(--op-accent);
    font-weight: 500;
    font-size: 16px;
  }
  button.danger {
    color: var(--op-bad);
  }
  @media (hover: hover) {
    button:hover,
    .button:hover {
      transition: background 0.2s var(--op-ease);
      background: var(--op-accent-hover);
    }
    button.quiet:hover,
    .button.quiet:hover {
      background: var(--op-surface-2);
    }
    button.text:hover,
    .button.text:hover {
      background: var(--op-accent-soft);
    }
    button.danger:hover {
      background: var(--op-bad-soft);
    }
  }
  button[disabled] {
    background: var(--op-surface-2);
    border-color: transparent;
    color: var(--op-ink-2);
    cursor: not-allowed;
  }
  button.text[disabled] {
    background: transparent;
  }
  a {
    color: var(--op-accent);
    text-underline-offset: 3px;
  }
  :focus-visible {
    outline: 3px solid var(--op-accent);
    outline-offset: 2px;
  }

  label,
  .label {
    display: block;
    font-weight: 500;
    font-size: 15px;
    margin-bottom: 6px;
  }
  input:not([type="checkbox"], [type="radio"], [type="file"]),
  select,
  textarea {
    width: 100%;
    min-height: 52px;
    padding: 12px 16px;
    border: 1px solid var(--op-line-strong);
    border-radius: var(--op-radius-s);
    background: var(--op-surface);
    color: var(--op-ink);
    font: 400 17px/1.4 var(--op-font);
  }
  input:not([type="checkbox"], [type="radio"], [type="file"]) {
    appearance: none;
  }
  textarea {
    display: block;
    resize: vertical;
  }
  fieldset {
    margin: 0;
    min-width: 0;
  }
  legend {
    float: left; /* Inside the panel, not on its border. */
    width: 100%;
    padding: 0;
    margin-bottom: 8px;
    font-weight: 600;
  }
  legend + * {
    clear: both;
  }
  input::placeholder {
    color: var(--op-ink-2);
    opacity: 1;
  }
  input[aria-invalid="true"] {
    border-color: var(--op-bad);
  }
  .hint {
    margin-top: 6px;
    font-size: 14px;
    line-height: 1.5;
    color: var(--op-ink-2);
  }
  .hint.good {
    color: var(--op-good);
  }
  .hint.warn {
    color: var(--op-warn);
  }
  .hint.bad {
    color: var(--op-bad);
  }

  .check {
    display: flex;
    gap: 12px;
    align-items: flex-start;
    margin: 0;
    padding: 4px 0;
    min-height: 44px;
    font-weight: 400;
    font-size: 16px;
    cursor: pointer;
  }
  .check input {
    flex: none;
    width: 24px;
    height: 24px;
    margin: 1px 0 0;
    accent-color: var(--op-accent);
  }

  .notice {
    border-radius: var(--op-radius-s);
    padding: 14px 16px;
    background: var(--op-surface-2);
  }
  .notice strong {
    display: block;
    font-weight: 600;
  }
  .notice button.text {
    margin: 4px 0 -8px -12px;
  }
  .notice.bad {
    background: var(--op-bad-soft);
  }
  .notice.bad strong {
    color: var(--op-bad);
  }
  .notice.good {
    background: var(--op-good-soft);
  }
  .notice.good strong {
    color: var(--op-good);
  }
  .notice.warn {
    background: var(--op-warn-soft);
  }
  .notice.warn strong {
    color: var(--op-warn);
  }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px;
    border-radius: 999px;
    background: var(--op-surface-2);
    color: var(--op-ink-2);
    font-size: 13px;
    line-height: 1.6;
    font-weight: 500;
    white-space: nowrap;
  }
  .chip.good {
    background: var(--op-good-soft);
    color: var(--op-good);
  }
  .chip.warn {
    background: var(--op-warn-soft);
    color: var(--op-warn);
  }
  .chip.bad {
    background: var(--op-bad-soft);
    color: var(--op-bad);
  }
  .chip.accent {
    background: var(--op-accent-soft);
    color: var(--op-accent);
  }

  .bone {
    display: block;
    height: 16px;
    border-radius: 8px;
    background: var(--op-surface-2);
    animation: breathe 1.6s ease-in-out infinite;
  }
  .bone.tall {
    height: 168px;
    border-radius: var(--op-radius);
  }
  .bone.short {
    width: 45%;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  .sr-only {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
