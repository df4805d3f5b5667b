import { connect } from "@ownerproof/api-client";

const KEY = "ownerproof.console";
const listeners = new Set<() => void>();

/** The staff member's token, or null. It ends with the tab. */
export const token = (): string | null => sessionStorage.getItem(KEY);

/** Signs in with a token, out with null. */
export function setToken(value: string | null): void {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** Calls `listener` after each signing in or out; returns the way to stop. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The console's client of the server. */
export const api = connect({ token, expired: () => setToken(null) });
