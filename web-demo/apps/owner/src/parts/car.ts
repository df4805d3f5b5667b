import { css, html, svg } from "lit";
import { t } from "../texts/index.ts";

const outline = svg`<svg class="car" viewBox="0 0 400 120" fill="none" stroke="currentColor" stroke-linecap="round"
  stroke-linejoin="round" aria-hidden="true">
  <path stroke-width="2.5" d="M61 91H28c-8 0-13-4-13-11 0-11 4-18 12-22 9-5 26-9 50-13 24-17 52-29 88-31 40-2 78 4 116 26
    34 3 62 9 82 18 14 6 21 14 22 24 0 6-4 9-10 9h-32M293 91H111" />
  <path stroke-width="1.5" opacity=".6" d="M94 46c20-12 42-21 74-23 33-2 62 3 92 19l-2 4-158 5c-5 0-8-2-6-5ZM178 22l4 26M33 60c18 1 30 1 44-3M372 68c-14 1-24 0-34-4" />
  <path stroke-width="1.2" opacity=".35" d="M80 68c70-8 160-9 250-3" />
  <circle cx="86" cy="91" r="21" stroke-width="2.5" /><circle cx="86" cy="91" r="13" stroke-width="1.2" opacity=".6" />
  <circle cx="318" cy="91" r="21" stroke-width="2.5" /><circle cx="318" cy="91" r="13" stroke-width="1.2" opacity=".6" />
</svg>`;

/** What is shown of a car. */
interface Car {
  brand: string;
  model: string;
  vin_masked: string;
  body_colour?: string;
}

/** The car's plate on top of a card or page. */
export const carPlate = ({ brand, model, vin_masked, body_colour }: Car) => html`<div class="plate">
  <div>
    <p class="brand">${brand}</p>
    <h2>${model}</h2>
  </div>
  ${outline}
  <p class="vin"><span>${t("vin")} <span class="mono">${vin_masked}</span></span><span>${body_colour ?? ""}</span></p>
</div>`;

/** Styles of the plate: paint, in both colour schemes. */
export const carStyles = css`
  .plate {
    padding: 20px 22px 16px;
    border-radius: var(--op-radius);
    background: linear-gradient(160deg, var(--op-paint-1), var(--op-paint-2) 75%);
    color: #f3f2ef;
  }
  .plate .brand {
    font-size: 14px;
    letter-spacing: 0.08em;
    color: #c3cbd0;
  }
  .plate h2 {
    font-size: 24px;
    line-height: 1.3;
  }
  .plate .car {
    display: block;
    width: 100%;
    max-width: 360px;
    margin: 10px auto 12px;
    color: #dfe6e9;
  }
  .plate .vin {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    font-size: 14px;
    color: #c3cbd0;
  }
`;
