export { base } from "./base.ts";
export { draw } from "./draw.ts";
export { lastDay, megabytes, moment } from "./format.ts";
export { Header } from "./header.ts";
export { catalogue, locale, onLocaleChange, setLocale, toLocale, type Locale, type Translate, type Values } from "./locale.ts";
export { LocalizedElement } from "./localized.ts";
export { Poll } from "./poll.ts";
export { region, regions } from "./regions.ts";
export { save } from "./save.ts";
