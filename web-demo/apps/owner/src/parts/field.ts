import { html } from "lit";

/** A line of text to fill in. */
export interface Field {
  id: string;
  label: string;
  value: string;
  /** What to write, or what is wrong with it. */
  hint: string;
  tone?: "good" | "warn" | "bad" | "";
  /** Longest text, in characters. */
  max: number;
  autocomplete?: AutoFill;
  /** A number that is compared with a paper letter by letter. */
  number?: boolean;
  change: (value: string) => void;
}

/** A labelled input with a line under it that says what is expected, and follows what is typed. */
export const field = ({ id, label, value, hint, tone = "", max, autocomplete = "off", number = false, change }: Field) => html`<div>
  <label for=${id}>${label}</label>
  <input id=${id} data-testid=${id} class=${number ? "mono" : ""} autocomplete=${autocomplete} maxlength=${max}
    autocapitalize=${number ? "characters" : "sentences"} spellcheck="false" aria-describedby="${id}-hint"
    aria-invalid=${tone === "bad"} .value=${value}
    @input=${(event: InputEvent) => change((event.target as HTMLInputElement).value)} />
  <p id="${id}-hint" class="hint ${tone}" role="status">${hint}</p>
</div>`;
