/** The languages of the product. Chinese comes first: it is the default and the reference. */
export type Locale = "zh-CN" | "en";

const KEY = "ownerproof.locale";
const listeners = new Set<() => void>();

let current: Locale = stored() ?? "zh-CN";

function stored(): Locale | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "en" || value === "zh-CN" ? value : null;
  } catch {
    return null; // Storage can be blocked in a WebView: the choice then lasts for this page only.
  }
}

/** The language in use. */
export const locale = (): Locale => current;

/** Switches the language of every element that follows it. */
export function setLocale(next: Locale): void {
  current = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // See stored().
  }
  for (const listener of listeners) listener();
}

/** Calls `listener` after each change of language; returns the way to stop. */
export function onLocaleChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Reads a language tag such as `zh-Hans` or `en-GB`. */
export const toLocale = (tag: string): Locale => (tag.toLowerCase().startsWith("en") ? "en" : "zh-CN");

/** Values that stand in a text as `{name}`. */
export type Values = Record<string, string | number>;

/** A catalogue's look-up: `t("key", {n: 3})`, in the language in use unless told another. */
export type Translate<K extends string> = (key: K, values?: Values, language?: Locale) => string;

/** Binds the two tables of a catalogue; the compiler refuses a key that one of them lacks. */
export function catalogue<T extends Record<string, string>>(tables: {
  zh: T;
  en: { [K in keyof T]: string };
}): Translate<keyof T & string> {
  return (key, values = {}, language = current) => {
    const text = (language === "en" ? tables.en : tables.zh)[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  };
}
