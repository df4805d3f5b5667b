import type { SignedText } from "@ownerproof/api-client";
import { locale } from "@ownerproof/ui";

/** A text in the language in use: its title and its paragraphs, which is all the Markdown the server sends. */
export function paragraphs({ zh, en }: SignedText): { title: string; paragraphs: string[] } {
  const [title = "", ...rest] = (locale() === "en" ? en : zh).trim().split(/\n\s*\n/);
  return { title: title.replace(/^#\s*/, ""), paragraphs: rest };
}
