import { html } from "lit";
import { normalise, vinFault } from "../rules/vehicle.ts";
import { t } from "../texts/index.ts";
import { field } from "./field.ts";

/** The two numbers that stand on a car's papers. */
export interface VehicleNumbers {
  vin: string;
  engine_number: string;
}

/** Whether both can be sent; a doubtful check digit is the person's to decide. */
export const areComplete = ({ vin, engine_number }: VehicleNumbers): boolean =>
  [null, "check"].includes(vinFault(vin)) && engine_number.trim() !== "";

/** The fields for both numbers; `suffix` sets those of several cars on one screen apart. */
export const vehicleNumbers = (numbers: VehicleNumbers, change: (numbers: VehicleNumbers) => void, suffix = "") => {
  const fault = numbers.vin === "" ? "hint" : (vinFault(numbers.vin) ?? "ok");
  const tone = ({ characters: "bad", check: "warn", ok: "good" } as const)[fault as string];
  return html`
    ${field({
      id: `vin${suffix}`, label: t("vin"), value: numbers.vin, max: 22, number: true, tone,
      hint: t(`vin_${fault}`, { n: numbers.vin.length }), change: (text) => change({ ...numbers, vin: normalise(text) }),
    })}
    ${field({
      id: `engine-number${suffix}`, label: t("engine_number"), value: numbers.engine_number, max: 40, number: true,
      hint: t("engine_number_hint"), change: (engine_number) => change({ ...numbers, engine_number }),
    })}
  `;
};
