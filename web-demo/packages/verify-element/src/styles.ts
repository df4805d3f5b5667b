import { css } from "lit";

/** Colours and sizes come from `--face-verify-*`, then from the apps' tokens, then from the defaults here. */
export const styles = css`
  :host {
    --ink: var(--face-verify-ink, var(--op-ink, #15181b));
    --ink-2: var(--face-verify-ink-muted, var(--op-ink-2, #565a5e));
    --accent: var(--face-verify-accent, var(--op-accent, #0d5163));
    --on-accent: var(--face-verify-on-accent, var(--op-on-accent, #fff));
    --track: var(--face-verify-track, var(--op-line, #dcd9d2));
    --well: var(--face-verify-well, var(--op-paint-2, #12191d));
    --good: var(--face-verify-good, var(--op-good, #1c6b45));
    --bad: var(--face-verify-bad, var(--op-bad, #a72f26));
    display: block;
    color: var(--ink);
    font-family: var(--face-verify-font, var(--op-font, system-ui, sans-serif));
    text-align: center;
  }
  [hidden] {
    display: none !important;
  }
  p {
    margin: 0;
  }
  .stage {
    position: relative;
    width: min(78vw, 46dvh, var(--face-verify-size, 320px));
    aspect-ratio: 3 / 4;
    margin: 0 auto;
  }
  .well {
    position: absolute;
    inset: 5%;
    overflow: hidden;
    border-radius: 50%;
    background: var(--well);
  }
  video {
    width: 100%;
    height: 100%;
    object-fit: cover;
    transform: scaleX(-1);
    opacity: 0;
    transition: opacity 0.4s;
  }
  video.live {
    opacity: 1;
  }
  svg.ring {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .ring path {
    fill: none;
    stroke: var(--track);
    stroke-width: 2.4;
    stroke-linecap: round;
    transition: stroke 0.3s;
  }
  .ring .on {
    stroke: var(--accent);
  }
  .ring .now {
    animation: pulse 1.2s ease-in-out infinite;
  }
  .failed .ring path {
    stroke: var(--bad);
  }
  .passed .ring path {
    stroke: var(--good);
  }
  @keyframes pulse {
    50% {
      opacity: 0.35;
    }
  }
  .cue {
    position: absolute;
    left: 50%;
    top: 50%;
    width: 34%;
    color: #fff;
    filter: drop-shadow(0 1px 6px rgb(0 0 0 / 55%));
    transform: translate(-50%, -50%);
  }
  .cue.left {
    left: 22%;
  }
  .cue.right {
    left: 78%;
  }
  .cue.down {
    top: 84%;
  }
  .cue path {
    fill: none;
    stroke: currentColor;
    stroke-width: 4;
    stroke-linecap: round;
    stroke-linejoin: round;
    animation: pulse 1s ease-in-out infinite;
  }
  .step {
    min-height: 24px;
    margin-top: 16px;
    color: var(--ink-2);
    font-size: 15px;
    font-variant-numeric: tabular-nums;
  }
  .guidance {
    min-height: 76px;
    margin-top: 4px;
    font-size: clamp(26px, 7.4vw, 32px);
    line-height: 1.2;
    font-weight: 600;
    text-wrap: balance;
  }
  .private {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--ink-2);
    font-size: 14px;
  }
  .private svg {
    width: 16px;
    height: 16px;
  }
  .loading {
    max-width: 320px;
    margin: 0 auto 12px;
    font-size: 15px;
    color: var(--ink-2);
    font-variant-numeric: tabular-nums;
  }
  progress {
    display: block;
    width: 100%;
    height: 6px;
    margin-bottom: 8px;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    appearance: none;
    background: var(--track);
    accent-color: var(--accent);
  }
  progress::-webkit-progress-bar {
    background: var(--track);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
    border-radius: 3px;
    transition: inline-size 0.2s;
  }
  progress::-moz-progress-bar {
    background: var(--accent);
  }
  .error h2 {
    margin: 0 0 8px;
    font-size: 24px;
    line-height: 1.3;
    font-weight: 600;
  }
  .error p {
    margin: 0 auto 20px;
    max-width: 30em;
    line-height: 1.6;
    color: var(--ink-2);
  }
  .error svg {
    width: 56px;
    height: 56px;
    margin: 24px 0 12px;
    color: var(--bad);
  }
  button {
    min-height: 52px;
    padding: 12px 32px;
    border: 0;
    border-radius: 999px;
    background: var(--accent);
    color: var(--on-accent);
    font: inherit;
    font-size: 17px;
    font-weight: 600;
    cursor: pointer;
  }
  .another {
    min-height: 44px;
    margin-bottom: 12px;
    padding: 8px 20px;
    background: none;
    color: var(--accent);
    font-size: 15px;
  }
  .another:disabled {
    visibility: hidden;
  }
  button:focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
