import { LitElement, type CSSResultGroup } from "lit";
import { base } from "./base.ts";
import { onLocaleChange } from "./locale.ts";

/** A Lit element with the shared styles that renders again when the language changes. */
export abstract class LocalizedElement extends LitElement {
  static override styles: CSSResultGroup = base;

  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLocaleChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }
}
