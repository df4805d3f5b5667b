import { html, type TemplateResult } from "lit";
import { explain } from "@ownerproof/api-client";
import { locale } from "@ownerproof/ui";
import { t } from "../texts/index.ts";

/** A failure on the screen: what happened, what to do, and a way to try again if there is one. */
export function problem(error: unknown, retry?: () => void): TemplateResult | null {
  if (error == null) return null;
  const { what, todo } = explain(error, locale());
  return html`<div class="notice bad" role="alert" data-testid="error">
    <strong>${what}</strong>
    <p>${todo}</p>
    ${retry ? html`<button class="text" data-testid="retry" @click=${retry}>${t("retry")}</button>` : null}
  </div>`;
}

/** The shape of what is being loaded. */
export const skeleton = (): TemplateResult =>
  html`<div class="stack" role="status">
    <span class="sr-only">${t("loading")}</span>
    <span class="bone short"></span><span class="bone tall"></span><span class="bone"></span><span class="bone short"></span>
  </div>`;
