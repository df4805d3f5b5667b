import { html } from "lit";
import { explain } from "@ownerproof/api-client";
import { locale } from "@ownerproof/ui";

/** A failure on the screen: what happened, what to do. */
export function problem(error: unknown) {
  if (error == null) return null;
  const { what, todo } = explain(error, locale());
  return html`<div class="notice bad" role="alert" data-testid="error"><strong>${what}</strong><p>${todo}</p></div>`;
}
