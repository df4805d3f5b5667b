import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "./base.ts";
import { catalogue, locale, setLocale } from "./locale.ts";
import { LocalizedElement } from "./localized.ts";

const t = catalogue({
  zh: { brand: "车主认证", switch: "English" },
  en: { brand: "OwnerProof", switch: "中文" },
});

/** The bar on top of an app: the mark, what the app puts in its slot, and the language switch. */
@customElement("op-header")
export class Header extends LocalizedElement {
  /** The part of the product, after the mark. */
  @property() section = "";

  static override styles = [
    base,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 4px;
        max-width: var(--op-page, 560px);
        margin: 0 auto;
        padding: 12px 20px;
        padding-top: max(12px, env(safe-area-inset-top));
      }
      .mark {
        display: inline-flex;
        align-items: center;
        gap: 10px;
        min-height: 44px;
        color: var(--op-ink);
        font-weight: 600;
        letter-spacing: 0.06em;
        text-decoration: none;
      }
      svg {
        width: 28px;
        height: 28px;
        color: var(--op-accent);
      }
      button,
      ::slotted(button) {
        white-space: nowrap;
      }
      .mark span {
        white-space: nowrap;
      }
      .section {
        color: var(--op-ink-2);
        font-weight: 400;
      }
      @media (max-width: 480px) {
        .section {
          display: none;
        }
      }
    `,
  ];

  protected override render() {
    return html`<header>
      <a class="mark" href="#/">
        <svg viewBox="0 0 28 28" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
          <circle cx="14" cy="14" r="12.5" />
          <path d="M6.5 15.5c3-1 4-4.5 7.5-4.5s4.5 3.5 7.5 4.5" stroke-linecap="round" />
          <path d="m10.5 18.5 2.5 2.5 5-5" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
        <span>${t("brand")}</span>
        ${this.section ? html`<span class="section">${this.section}</span>` : null}
      </a>
      <span class="grow"></span>
      <slot></slot>
      <button class="text" data-testid="language" lang=${locale() === "en" ? "zh-CN" : "en"} @click=${this.#switch}>
        ${t("switch")}
      </button>
    </header>`;
  }

  #switch(): void {
    setLocale(locale() === "en" ? "zh-CN" : "en");
  }
}
