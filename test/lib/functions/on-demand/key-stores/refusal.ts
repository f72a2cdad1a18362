/** Shared by the function and by what it loads: a class, and state. */
export class Refusal extends Error {}

let refusals = 0;
export const counted = (): number => ++refusals;
