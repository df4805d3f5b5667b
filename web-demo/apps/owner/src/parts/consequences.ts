import { css, html } from "lit";
import { t } from "../texts/index.ts";

/** What the end of service means, before it is asked for and before it is confirmed. */
export const consequences = () => html`<section class="panel consequences">
  <h2>${t("consequences")}</h2>
  <ul>${(["consequence_1", "consequence_2", "consequence_3"] as const).map((key) => html`<li>${t(key)}</li>`)}</ul>
</section>`;

/** Styles of the list. */
export const consequencesStyles = css`
  .consequences {
    border-color: var(--op-warn);
    background: var(--op-warn-soft);
  }
  .consequences li {
    padding: 8px 0;
  }
  .consequences li:last-child {
    padding-bottom: 0;
  }
`;
