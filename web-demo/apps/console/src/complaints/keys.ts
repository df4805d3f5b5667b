import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What a key does; false lets the browser have it. */
export type Keys = Record<string, (event: KeyboardEvent) => void | false>;

/** Keys that work wherever the person does not type, while the element is on the page. */
export class Shortcuts implements ReactiveController {
  constructor(
    host: ReactiveControllerHost,
    private readonly keys: Keys,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("keydown", this.#pressed);
  }

  hostDisconnected(): void {
    document.removeEventListener("keydown", this.#pressed);
  }

  #pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    const path = event.composedPath();
    if (isText(path[0]) || path.some((part) => part instanceof HTMLDialogElement)) return;
    const act = this.keys[event.key];
    if (act && act(event) !== false) event.preventDefault();
  };
}

/** Whether keys go into it as text. */
const isText = (target: EventTarget | undefined): boolean =>
  target instanceof HTMLElement && target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=file])");
