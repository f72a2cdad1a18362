/** What was proved of what, by which solver: a document that an auditor compares with one of their own. */
import { createHash } from 'node:crypto';
import { counterexampleOf } from './counterexample.ts';
import type { Open, Proof } from './prove.ts';

export interface Report {
  readonly template: { readonly sha256: string; readonly of: string };
  readonly solver: string;
  readonly node: string;
  readonly date: string;
  readonly durationMs: number;
  readonly theorems: readonly {
    readonly id: string;
    readonly sentence: string;
    readonly lines?: readonly string[];
    readonly verdict: Proof['verdict'];
    readonly questions: number;
    readonly durationMs: number;
    /** if they were asked for */
    readonly statements?: readonly string[];
    readonly open: readonly { readonly kind: Open['kind']; readonly sentence: string }[];
  }[];
}

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
  readonly solver: string;
  readonly proofs: readonly Proof[];
  /** by the theorem's id */
  readonly statements: ReadonlyMap<string, readonly string[]>;
}

/** But for date and times the same for the same template, theorems and solver. */
export const reportOf = ({ template, solver, proofs, statements }: Proved): Report => ({
  template,
  solver,
  node: process.version,
  date: new Date().toISOString(),
  durationMs: proofs.reduce((sum, { durationMs }) => sum + durationMs, 0),
  theorems: proofs.map(({ theorem, verdict, questions, durationMs, open }) => {
    const rests = statements.get(theorem.id);
    return {
      id: theorem.id,
      sentence: theorem.sentence,
      ...(theorem.lines && { lines: theorem.lines }),
      verdict,
      questions,
      durationMs,
      ...(rests && { statements: rests }),
      open: open.map((one) => ({ kind: one.kind, sentence: sentenceOf(one) })),
    };
  }),
});

function sentenceOf({ about, kind, model }: Open): string {
  if (kind === 'counterexample') return counterexampleOf(about, model);
  return kind === 'impossible' ? `not possible: ${about}` : `not known: ${about}`;
}

export const isProved = ({ theorems }: Report): boolean =>
  theorems.every(({ verdict }) => verdict === 'proved');
