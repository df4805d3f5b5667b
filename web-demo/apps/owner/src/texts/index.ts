import { catalogue } from "@ownerproof/ui";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

/** The owner app's catalogue. */
export const t = catalogue<Record<keyof typeof zh, string>>({ zh, en });

/** A text whose key is put together from a code of the server; the code itself where there is none. */
export function tCode(prefix: string, code: string): string {
  const key = `${prefix}_${code}`;
  return key in zh ? t(key as keyof typeof zh) : code;
}
