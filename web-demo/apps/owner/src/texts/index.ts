import { catalogue, type Values } from "@ownerproof/ui";
import { en as ofComplaints } from "./complaints.en.ts";
import { zh as ofComplaintsZh } from "./complaints.zh.ts";
import { en as general } from "./en.ts";
import { en as ofRequests } from "./requests.en.ts";
import { zh as ofRequestsZh } from "./requests.zh.ts";
import { zh as generalZh } from "./zh.ts";

const zh = { ...generalZh, ...ofRequestsZh, ...ofComplaintsZh };

/** The owner app's catalogue. */
export const t = catalogue<Record<keyof typeof zh, string>>({ zh, en: { ...general, ...ofRequests, ...ofComplaints } });

/** A text whose key is put together from a code of the server; the code itself where there is none. */
export function tCode(prefix: string, code: string, values?: Values): string {
  const key = `${prefix}_${code}`;
  return key in zh ? t(key as keyof typeof zh, values) : code;
}

/**
 * The most particular text there is about a request: for its kind and this side of it, for its kind, or for any; the
 * code itself where there is none.
 */
export function tRequest(prefix: string, { kind, role }: { kind: string; role: string }, code = "", values?: Values): string {
  for (const parts of [[prefix, kind, role, code], [prefix, kind, code], [prefix, role, code], [prefix, code]]) {
    const key = parts.filter(Boolean).join("_");
    if (key in zh) return t(key as keyof typeof zh, values);
  }
  return code;
}
