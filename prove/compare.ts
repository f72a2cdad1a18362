/**
 * What differs between an earlier report and this one, in sentences. Times, solver, Node.js and the statements that a
 * proof rests on may differ: they are no part of what was proved.
 */
import { readFileSync } from 'node:fs';
import { readProofReport } from '../contract/proof-report.ts';
import type { Report } from './report.ts';

/** @throws Error where the file is no report */
export function readReport(file: string): Report {
  try {
    return readProofReport(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`cannot compare with ${file}: ${(error as Error).message}`);
  }
}

type Theorem = Report['theorems'][number];

/** @param isWhole whether this report is of all theorems, so that one that only the earlier report has is gone */
export function differencesOf(before: Report, now: Report, isWhole: boolean): string[] {
  const earlier = new Map(before.theorems.map((theorem) => [theorem.id, theorem]));
  const ids = new Set(now.theorems.map(({ id }) => id));
  const gone = before.theorems.filter(({ id }) => isWhole && !ids.has(id));
  return [
    ...ofPolicies(before, now),
    ...now.theorems.flatMap((theorem) => {
      const then = earlier.get(theorem.id);
      return then === undefined
        ? [`Theorem ${theorem.id} is not in the earlier report.`]
        : ofTheorem(then, theorem);
    }),
    ...gone.map(({ id }) => `Theorem ${id} of the earlier report is gone.`),
  ];
}

function ofPolicies(before: Report, now: Report): string[] {
  if (before.policies.of !== now.policies.of || before.template.of !== now.template.of) {
    return [
      'The earlier report hashes template or policies in another way: they cannot be compared.',
    ];
  }
  const hashes = (which: 'policies' | 'template') =>
    `${before[which].sha256} then, ${now[which].sha256} now.`;
  if (before.policies.sha256 !== now.policies.sha256) {
    return [`The policies are not the same: ${hashes('policies')}`];
  }
  return before.template.sha256 === now.template.sha256
    ? []
    : [`The template is not the same, but its policies are: ${hashes('template')}`];
}

function ofTheorem(then: Theorem, now: Theorem): string[] {
  const name = `Theorem ${now.id}`;
  const textOf = ({ sentence, lines = [] }: Theorem) => [sentence, ...lines].join('; ');
  const differences: string[] = [];
  if (textOf(then) !== textOf(now)) {
    differences.push(`${name} has another text.\nThen: ${textOf(then)}\nNow: ${textOf(now)}`);
  }
  if (then.scripts !== now.scripts) {
    differences.push(
      `${name} asks other questions: ${then.questions} then, ${now.questions} now, and not the same.`,
    );
  }
  if (then.verdict !== now.verdict) {
    differences.push(`${name} was ${then.verdict} then, and is ${now.verdict} now.`);
  }
  return differences;
}
