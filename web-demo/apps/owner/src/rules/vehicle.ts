// Numbers of cars and cards, as the server takes them: a form that is surely wrong is told so at once.

/** What a person types, as the numbers are written. */
export const normalise = (text: string): string => text.replace(/[\s-]/g, "").toUpperCase();

const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const VALUES: Record<string, number> = Object.fromEntries(
  ["ABCDEFGH", "JKLMN-P-R", "-STUVWXYZ"].flatMap((row) => [...row].map((letter, index) => [letter, index + 1])),
);

/**
 * What is wrong with a vehicle identification number (GB 16735), or null. `check` is a doubt, not a fault: some
 * imported cars have no check digit.
 */
export function vinFault(vin: string): "short" | "characters" | "check" | null {
  if (/[^A-HJ-NPR-Z0-9]/.test(vin)) return "characters";
  if (vin.length < 17) return "short";
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * (VALUES[vin[at]!] ?? Number(vin[at])), 0);
  return "0123456789X"[sum % 11] === vin[8] ? null : "check";
}

/** Whether it can be the ICCID of a vehicle's card; real ones fail the check digit, so it is not asked for. */
export const isIccid = (text: string): boolean => /^8986[0-9A-F]{15,16}$/.test(text);

/** Whether it can be the number of a vehicle's card. */
export const isCardNumber = (text: string): boolean => /^1(\d{10}|\d{12})$/.test(text);
