// What each network is given, in the order of need.

/** @typedef {{ role: string, shape: number[], most: number }} Input */

/** @type {Input[]} */
const inputs = await (await fetch("/inputs.json")).json();

/** @type {Record<string, Input>} */
export const INPUTS = Object.fromEntries(inputs.map((input) => [input.role, input]));
