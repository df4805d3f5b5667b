import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Repeats a task while its element is on an open, visible page; never two at a time. */
export class Poll implements ReactiveController {
  #timer = 0;
  #busy = false;
  #stopped = false;

  /** `task` answers false to stop; `everyMs` is the pause between two runs. */
  constructor(
    host: ReactiveControllerHost,
    private readonly task: () => Promise<boolean>,
    private readonly everyMs: number,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#stopped = false;
    document.addEventListener("visibilitychange", this.#wake);
    void this.now();
  }

  hostDisconnected(): void {
    this.#stopped = true;
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#timer);
  }

  /** Runs the task at once and goes on from there. */
  async now(): Promise<void> {
    if (this.#busy) return;
    clearTimeout(this.#timer);
    this.#busy = true;
    const more = await this.task().finally(() => (this.#busy = false));
    if (more && !this.#stopped && !document.hidden) {
      this.#timer = window.setTimeout(() => void this.now(), this.everyMs);
    }
  }

  #wake = (): void => {
    if (document.hidden) clearTimeout(this.#timer);
    else void this.now();
  };
}
