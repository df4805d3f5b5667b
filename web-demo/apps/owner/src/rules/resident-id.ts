// Resident ID number, GB 11643: region (6), birth date (8), order (3), check digit.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** What is wrong with a number while it is typed; `short` is not yet an error. */
export type ResidentIdFault = "short" | "characters" | "region" | "birth" | "check";

/** As it is stored: without spaces, the check letter in capitals. */
export const normalise = (text: string): string => text.replace(/\s/g, "").toUpperCase();

/** The first fault of a normalised number at the day `today`, or null when it is right. */
export function fault(number: string, today = new Date()): ResidentIdFault | null {
  if (!/^\d{0,17}$|^\d{17}[\dX]$/.test(number)) return "characters";
  if (number.length >= 2 && !/^[1-9]/.test(number)) return "region";
  if (number.length >= 14 && !born(number.slice(6, 14), today)) return "birth";
  if (number.length < 18) return "short";
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return CHECKS[sum % 11] === number[17] ? null : "check";
}

/** Whether `yyyymmdd` is a day of the calendar, not before 1900 and not after `today`. */
function born(text: string, today: Date): boolean {
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6, 8)].map(Number) as [number, number, number];
  const date = new Date(year, month - 1, day);
  return year >= 1900 && date.getMonth() === month - 1 && date.getDate() === day && date <= today;
}
