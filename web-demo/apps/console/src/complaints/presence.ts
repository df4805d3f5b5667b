import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type ComplaintPresence, body } from "@ownerproof/api-client";
import { api } from "../session.ts";

/** How often the server is told that the person is still there; it forgets after 30 seconds. */
const BEAT_MS = 12_000;
/** Typing is over when nothing was typed for this long. */
const REST_MS = 5_000;
/** Who touched nothing for this long is not there, though the page is. */
const AWAY_MS = 300_000;

/** Says at which complaint the person is, and hears who else is there. */
export class Presence implements ReactiveController {
  #id = "";
  #typing = false;
  #beat = 0;
  #rest = 0;
  #touched = Date.now();

  constructor(
    host: ReactiveControllerHost,
    private readonly told: (others: ComplaintPresence["others"]) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const kind of ["keydown", "pointerdown", "wheel"]) window.addEventListener(kind, this.#touch, { passive: true });
    document.addEventListener("visibilitychange", this.#seen);
    this.#beat = window.setInterval(() => void this.#say(), BEAT_MS);
    void this.#say();
  }

  hostDisconnected(): void {
    for (const kind of ["keydown", "pointerdown", "wheel"]) window.removeEventListener(kind, this.#touch);
    document.removeEventListener("visibilitychange", this.#seen);
    clearInterval(this.#beat);
    clearTimeout(this.#rest);
    this.at("");
  }

  /** Goes to a complaint, and away from the one before. */
  at(id: string): void {
    if (id === this.#id) return;
    if (this.#id) void api.DELETE("/console/complaints/{id}/presence", { params: { path: { id: this.#id } } }).catch(() => {});
    this.#id = id;
    this.#typing = false;
    void this.#say();
  }

  /** The person types, or has nothing in the box any more. */
  typing(is: boolean): void {
    clearTimeout(this.#rest);
    if (is) this.#rest = window.setTimeout(() => this.typing(false), REST_MS);
    if (is === this.#typing) return;
    this.#typing = is;
    void this.#say();
  }

  /** Asks who is there, without saying anything. */
  async look(): Promise<void> {
    await this.#ask((id) => body(api.GET("/console/complaints/{id}/presence", { params: { path: { id } } })));
  }

  #touch = (): void => {
    const away = this.#isAway;
    this.#touched = Date.now();
    if (away) void this.#say();
  };

  #seen = (): void => void this.#say();

  get #isAway(): boolean {
    return document.hidden || Date.now() - this.#touched > AWAY_MS;
  }

  async #say(): Promise<void> {
    if (this.#isAway) return;
    const typing = this.#typing;
    await this.#ask((id) => body(api.PUT("/console/complaints/{id}/presence", { params: { path: { id } }, body: { typing } })));
  }

  async #ask(call: (id: string) => Promise<ComplaintPresence>): Promise<void> {
    const id = this.#id;
    if (!id) return;
    try {
      const { others } = await call(id);
      if (id === this.#id) this.told(others);
    } catch {
      // Presence is a courtesy: without it the work goes on.
    }
  }
}
