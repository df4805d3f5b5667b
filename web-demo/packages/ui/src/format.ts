import { locale } from "./locale.ts";

/** A moment as people say it: month, day, hour and minute in the language in use. */
export function moment(iso: string): string {
  const options: Intl.DateTimeFormatOptions = { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(locale(), options).format(new Date(iso));
}

/** The last day before a moment: what ends at midnight is said by the day before. */
export function lastDay(iso: string): string {
  const options: Intl.DateTimeFormatOptions = { month: "long", day: "numeric", timeZone: "Asia/Shanghai" };
  return new Intl.DateTimeFormat(locale(), options).format(Date.parse(iso) - 1);
}

/** Bytes as megabytes with one decimal. */
export const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
