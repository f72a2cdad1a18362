/**
 * What an interrupted run has done: a line of JSON a key, behind one that says of which stack, theorems and solver it is.
 * Invariant: a line counts only where all of that is the same; a last line that was cut off counts for nothing.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { KeyVerdict } from './key-verdict.ts';

export interface ResumeFile {
  /** of the earlier run, by key id */
  readonly done: ReadonlyMap<string, KeyVerdict>;
  /** when the run was begun */
  readonly begunAt: string;
  add(verdicts: readonly KeyVerdict[]): void;
  /** when nothing is left to do */
  remove(): void;
}

/** @param run a hash of what the verdicts rest on */
export function openResumeFile(file: string, run: string): ResumeFile {
  const [head, ...lines] = existsSync(file) ? linesOf(file) : [];
  const isSame = head?.run === run;
  const begunAt = isSame ? String(head.begunAt) : new Date().toISOString();
  const done = isSame ? (lines as unknown as KeyVerdict[]) : [];
  // Anew, without what was cut off.
  writeFileSync(file, [{ run, begunAt }, ...done].map(lineOf).join(''));
  return {
    begunAt,
    done: new Map(done.map((verdict) => [verdict.keyId, verdict])),
    add: (verdicts) => appendFileSync(file, verdicts.map(lineOf).join('')),
    remove: () => rmSync(file),
  };
}

const lineOf = (value: object) => `${JSON.stringify(value)}\n`;

/** @throws Error where a line but the last is none */
function linesOf(file: string): Record<string, unknown>[] {
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  try {
    return whole.map((line) => JSON.parse(line));
  } catch {
    throw new Error(`${file} is no file that --resume wrote: take another, or remove it`);
  }
}
