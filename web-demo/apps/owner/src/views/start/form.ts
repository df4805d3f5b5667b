import { type PropertyValues, html, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { type OwnerRequest, type Vehicle, body } from "@ownerproof/api-client";
import { LocalizedElement, base } from "@ownerproof/ui";
import { api } from "../../api.ts";
import { problem, skeleton } from "../../parts/problem.ts";
import { go, href } from "../../router.ts";
import { t } from "../../texts/index.ts";

/** A form that starts a request and goes to it. */
export abstract class StartForm extends LocalizedElement {
  @state() private busy = false;
  @state() private error: unknown = null;

  static override styles = [base];

  /** Whether what is filled in can be sent. */
  protected abstract get ready(): boolean;

  /** Starts the request. */
  protected abstract start(): Promise<{ data?: OwnerRequest }>;

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.ready || this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      const { id } = await body(this.start());
      go({ view: "request", id });
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }

  /** The whole screen: what it is for, the fields, and the button that sends them. */
  protected frame(texts: { title: string; lead: string; next?: string; go: string }, fields: TemplateResult): TemplateResult {
    return html`<form class="stack-l" novalidate @submit=${this.#submit}>
      <a class="button text back" href=${href({ view: "home" })}>‹ ${t("cars_title")}</a>
      <div>
        <h1>${texts.title}</h1>
        <p class="lead">${texts.lead}</p>
      </div>
      ${fields} ${problem(this.error)}
      <div class="stack">
        ${texts.next ? html`<p class="muted small">${texts.next}</p>` : null}
        <button class="wide" data-testid="start" ?disabled=${!this.ready || this.busy}>${texts.go}</button>
      </div>
    </form>`;
  }
}

/** A form about one of the person's cars. */
export abstract class CarForm extends StartForm {
  /** The car's id. */
  abstract vehicle: string;

  @state() protected car: Vehicle | null = null;
  @state() private missing: unknown = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("vehicle") && this.vehicle) void this.#load();
  }

  async #load(): Promise<void> {
    this.missing = null;
    try {
      const { items } = await body(api.GET("/owner/vehicles"));
      this.car = items.find(({ id }) => id === this.vehicle) ?? null;
      if (!this.car) go({ view: "home" });
      else if (this.car.open_request) go({ view: "request", id: this.car.open_request.id });
    } catch (error) {
      this.missing = error;
    }
  }

  /** The form for this car. */
  protected abstract form(car: Vehicle): TemplateResult;

  protected override render(): TemplateResult | null {
    if (this.car) return this.form(this.car);
    return this.missing ? problem(this.missing, () => void this.#load()) : skeleton();
  }
}

/** Which car the form is about. */
export const carLine = ({ brand, model, vin_masked }: Vehicle): string => `${brand} ${model} · ${t("vin")} ${vin_masked}`;
