/** A mobile number of mainland China, spaces ignored; null when it is none. */
export function phone(text: string): string | null {
  const digits = text.replace(/[\s-]/g, "").replace(/^\+?86(?=1)/, "");
  return /^1[3-9]\d{9}$/.test(digits) ? digits : null;
}
