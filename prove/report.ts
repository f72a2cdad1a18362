/** What was proved of what, by which solver: a document that an auditor compares with one of their own. */
import { createHash } from 'node:crypto';
import type { ProofReport } from '../contract/proof-report.ts';
import { counterexampleOf } from './counterexample.ts';
import type { Open, Proof } from './prove.ts';

export type Report = ProofReport;

/** An asset's hash changes with the folder of the checkout. */
const hashed =
  "the template as JSON without spaces, each asset's hash (64 hexadecimal digits) as '*'";

/** @param template the text of a synthesized template */
export const templateHash = (template: string): Report['template'] => ({
  sha256: createHash('sha256')
    .update(JSON.stringify(JSON.parse(template)).replace(/\b[0-9a-f]{64}\b/g, '*'))
    .digest('hex'),
  of: hashed,
});

export interface Proved {
  readonly template: Report['template'];
  readonly policies: Report['policies'];
  readonly solver: string;
  readonly proofs: readonly Proof[];
  /** by the theorem's id */
  readonly statements: ReadonlyMap<string, readonly string[]>;
}

/** But for date and times the same for the same template, theorems and solver. */
export const reportOf = ({ template, policies, solver, proofs, statements }: Proved): Report => ({
  version: 1,
  template,
  policies,
  solver,
  node: process.version,
  date: new Date().toISOString(),
  durationMs: proofs.reduce((sum, { durationMs }) => sum + durationMs, 0),
  theorems: proofs.map(({ theorem, verdict, questions, scripts, durationMs, open }) => {
    const rests = statements.get(theorem.id);
    return {
      id: theorem.id,
      sentence: theorem.sentence,
      ...(theorem.lines && { lines: theorem.lines }),
      verdict,
      questions,
      scripts,
      durationMs,
      ...(rests && { statements: rests }),
      open: open.map((one) => ({
        kind: one.kind,
        sentence: sentenceOf(one),
        ...(one.replayed && { replayed: { ...one.replayed, why: visible(one.replayed.why) } }),
      })),
    };
  }),
});

export function sentenceOf({ about, kind, model, replayed }: Open): string {
  if (kind === 'counterexample' || replayed !== undefined) {
    const sentence = counterexampleOf(about, model);
    return visible(replayed ? `${replayed.outcome}: ${sentence}. ${replayed.why}` : sentence);
  }
  return kind === 'impossible' ? `not possible: ${about}` : `not known: ${about}`;
}

/** A solver chooses any characters: those that a terminal obeys, or that turn text round, are written as escapes. */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );

export const isProved = ({ theorems }: Report): boolean =>
  theorems.every(({ verdict }) => verdict === 'proved');

export const asJson = (report: object): string => `${JSON.stringify(report, null, 2)}\n`;
