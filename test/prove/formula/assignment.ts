/** What a formula says of a request, whatever the truth of what is not modelled. */
import { variablesIn } from '../../../prove/formula/assignment.ts';
import type { Formula } from '../../../prove/formula/formula.ts';
import { truthOf } from '../../../prove/formula/value.ts';

/** @returns the formula's value for some choice of what is not modelled, and whether that mattered */
export function decisionOf(formula: Formula, assignment: Map<string, string | boolean | number>) {
  const free = [...variablesIn(formula).keys()].filter((name) => name.startsWith('not modelled'));
  if (free.length > 6) throw new Error(`${free.length} things are not modelled`);
  const results = Array.from({ length: 2 ** free.length }, (_, choice) => {
    for (const [at, name] of free.entries()) assignment.set(name, ((choice >> at) & 1) === 1);
    return truthOf(formula, assignment);
  });
  return { may: results.includes(true), must: !results.includes(false) };
}
