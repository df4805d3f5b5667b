import { html } from "lit";
import type { DocumentType, Identity } from "@ownerproof/api-client";
import { phone } from "../rules/phone.ts";
import { fault } from "../rules/resident-id.ts";
import { t, tCode } from "../texts/index.ts";
import { type Field, field } from "./field.ts";

/** Documents of people. */
export const OF_PEOPLE: readonly DocumentType[] = [
  "resident_id", "temporary_resident_id", "household_register", "residence_permit", "permanent_residence", "officer_card",
  "police_card", "hk_macao_pass", "taiwan_pass", "passport",
];
/** Documents of units. */
export const OF_UNITS: readonly DocumentType[] = [
  "business_licence", "organisation_code", "legal_person_certificate", "certificate_letter",
];

/** Nobody yet, with the first document of a list. */
export const nobody = ([document_type]: readonly DocumentType[]): Identity => ({
  name: "", document_type: document_type!, document_number: "", phone: "",
});

/** Whether it can be sent; the server looks at the numbers of other documents. */
export const isWhole = ({ name, document_type, document_number, phone: number }: Identity): boolean =>
  name.trim() !== "" &&
  (document_type === "resident_id" ? fault(document_number.trim()) === null : document_number.trim() !== "") &&
  phone(number) !== null;

/** As it is sent: without spaces around, the phone number in its plain form. */
export const asSent = (identity: Identity): Identity => ({
  ...identity,
  name: identity.name.trim(),
  document_number: identity.document_number.trim(),
  phone: phone(identity.phone) ?? identity.phone,
});

/** Wrong only once it can no longer become right. */
function phoneHint(number: string): Pick<Field, "hint" | "tone"> {
  if (phone(number)) return { hint: t("number_ok"), tone: "good" };
  return { hint: t("phone_hint"), tone: number.replace(/\D/g, "").length >= 11 ? "bad" : "" };
}

/** The fields for who someone is. `id` sets the fields of several people on one screen apart. */
export const identityFields = (
  id: string,
  documents: readonly DocumentType[],
  identity: Identity,
  change: (identity: Identity) => void,
) => html`
  ${field({
    id: `${id}-name`, label: tCode(id, "name"), value: identity.name, hint: t("identity_name_hint"), max: 100,
    change: (name) => change({ ...identity, name }),
  })}
  <div>
    <label for="${id}-type">${t("document_type")}</label>
    <select id="${id}-type" @change=${(event: Event) =>
      change({ ...identity, document_type: (event.target as HTMLSelectElement).value as DocumentType })}>
      ${documents.map((type) => html`<option value=${type} ?selected=${type === identity.document_type}>${tCode("document", type)}</option>`)}
    </select>
  </div>
  ${field({
    id: `${id}-number`, label: t("identity_number"), value: identity.document_number, hint: t("identity_number_hint"), max: 40,
    number: true, change: (document_number) => change({ ...identity, document_number: document_number.toUpperCase() }),
  })}
  ${field({
    id: `${id}-phone`, label: t("phone"), value: identity.phone, max: 20, ...phoneHint(identity.phone),
    change: (number) => change({ ...identity, phone: number }),
  })}
`;
