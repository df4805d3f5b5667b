import { type Verdict, body } from "@ownerproof/api-client";
import { type Challenge, type VerifyDone, deviceKey } from "@ownerproof/verify-element";
import { api } from "../../api.ts";
import { base64 } from "../../base64.ts";
import type { Identity } from "./identity.ts";

/** The consent screen has this version, which is kept with each consent: change its words, change this. */
const CONSENT_VERSION = "2026-11-22";

/** Records the separate consent to sending keyframes. */
export async function giveConsent(): Promise<void> {
  await body(api.POST("/owner/consents", { body: { purpose: "face_evidence_upload", text_version: CONSENT_VERSION } }));
}

/** Opens a verification for this device's key. */
export async function openVerification(requestId: string, { name, number }: Identity): Promise<Challenge> {
  const key = await deviceKey();
  const call = api.POST("/owner/verifications", {
    body: {
      request_id: requestId,
      method: "face",
      name: name.trim(),
      document_type: "resident_id",
      document_number: number,
      device_key: base64(key.publicKey),
    },
  });
  const opened = await body(call);
  if (opened.method !== "face") throw new Error(`a verification by ${opened.method}`);
  return opened;
}

/** Signs the report and sends it; pictures only with the consent to `upload`. */
export async function sendReport(id: string, done: VerifyDone, upload: boolean): Promise<Verdict> {
  const key = await deviceKey();
  const call = api.POST("/owner/verifications/{id}/report", {
    params: { path: { id } },
    body: {
      report: base64(done.report),
      signature: base64(await key.sign(done.report)),
      keyframes: upload ? done.keyframes.map(base64) : [],
      ...(upload && done.document ? { document_portrait: base64(done.document) } : {}),
    },
  });
  return body(call);
}
