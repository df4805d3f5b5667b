import { t } from "../texts/index.ts";
import { field } from "./field.ts";

/** Longest address, in characters. */
const LONGEST = 200;

/** The address an owner is registered with (Rules, Art 5). */
export const addressField = (value: string, change: (address: string) => void, hint = t("address_hint")) =>
  field({ id: "address", label: t("address"), value, hint, max: LONGEST, autocomplete: "street-address", change });
