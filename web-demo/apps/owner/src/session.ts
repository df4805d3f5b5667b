import type { Session } from "@ownerproof/api-client";

const KEY = "ownerproof.owner";
const listeners = new Set<() => void>();
let current = restore();
let over = false;
let portal = false;

/** The token of the signed-in person, or null. */
export function token(): string | null {
  if (current?.expires_at && Date.parse(current.expires_at) < Date.now()) {
    current = null;
    over = true;
  }
  return current?.token ?? null;
}

/** Whether the session ended without the person's doing: then the screen says so. */
export const sessionIsOver = (): boolean => over;

/** The server no longer knows the session. */
export function sessionExpired(): void {
  setSession(null);
  over = true;
}

/** Whether the person signed in only to complain. */
export const isPortal = (): boolean => portal;

/** Signs in with a session, out with null. Kept between tabs: an invitation opens in a new one. */
export function setSession(session: Session | null, toComplain = false): void {
  current = session;
  portal = toComplain;
  over = false;
  try {
    if (session) localStorage.setItem(KEY, JSON.stringify(session));
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the session lasts for this page.
  }
  for (const listener of listeners) listener();
}

/** Calls `listener` after each signing in or out; returns the way to stop. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function restore(): Session | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Session | null;
  } catch {
    return null;
  }
}
