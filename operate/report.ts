/** Results for a terminal, or for programs: a line a step, at once when it has ended. */
import type { StepResult } from './step.ts';

export interface Report {
  /** what is no result: where, and whose account */
  say(text: string): void;
  result(result: StepResult): void;
}

/** @param write prints a line */
export const openReport = (json: boolean, write: (line: string) => void): Report =>
  json
    ? { say: () => {}, result: (result) => write(JSON.stringify(result)) }
    : { say: write, result: (result) => write(lineOf(result)) };

const marks = {
  ok: 'ok',
  caution: 'CAUTION',
  failed: 'FAILED',
  'left out': 'left out:',
  'not run': 'not run:',
};

export function lineOf({ step, outcome, seconds, found, expected, remedy }: StepResult): string {
  const took = seconds >= 1 ? ` (${seconds} s)` : '';
  const line = `${marks[outcome].padEnd(9)} ${step}: ${found}${took}`;
  if (outcome !== 'failed') return line;
  return `${line}; expected: ${expected}; remedy: ${remedy}`;
}
