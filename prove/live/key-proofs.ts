/**
 * What holds of a key by its real policy. Invariant: a theorem counts as proved of a key only where each of its
 * questions about that policy is refuted, for every tenant at once or for the key's own. A question that is the same
 * text as one about the stack is not asked again: that one has its answer in the stack's report.
 */
import { createHash } from 'node:crypto';
import { equal, type Formula, literal, text } from '../formula/formula.ts';
import type { Policy } from '../formula/policy.ts';
import { scriptOf } from '../formula/smt-lib.ts';
import { type Proof, prove } from '../prove.ts';
import type { Solver } from '../solver/solver.ts';
import { ownTenantKey, type StackPolicies } from '../stack-policies.ts';
import type { Theorem } from '../theorems/theorem.ts';
import { type Guessed, guessing } from './guessing.ts';
import { canonical, formOf } from './key-form.ts';

export interface KeyProof {
  /** whether the policy is the one that the product gives each tenant's key: the stack's report is of it */
  readonly isOfAll: boolean;
  /** of each theorem that is not proved of this key, a question that is open */
  readonly open: readonly Proof[];
}

export type KeyProver = (policy: Policy, key: Guessed) => Promise<KeyProof>;

/** @param onQuestion called before each question */
export function keyProver(
  stack: StackPolicies,
  theorems: readonly Theorem[],
  solver: Solver,
  onQuestion: (theorem: Theorem, about: string) => void = () => {},
): KeyProver {
  const ofAll = canonical(stack.tenantKeyPolicy.statements);
  const ofStack = new Set(
    theorems.flatMap((one) => questionsOf(one, stack, [])).map(({ digest }) => digest),
  );
  /** by form, the questions that are refuted for every tenant */
  const refuted = new Map<string, Set<string>>();
  const proved = new Set([ofAll]);
  const openOf = async (
    form: Policy,
    key: Guessed,
    facts: readonly Formula[],
    done: Set<string>,
  ) => {
    const of = { ...stack, tenantKeyPolicy: form };
    const guesser = guessing(solver, key);
    const found: Proof[] = [];
    for (const theorem of theorems) {
      const questions = questionsOf(theorem, of, facts).filter(
        ({ digest }) => !ofStack.has(digest) && !done.has(digest),
      );
      const open = await firstOpen(questions, async (question) => {
        const [proof] = await prove(of, guesser, [question.only], onQuestion);
        if (proof?.verdict === 'proved') done.add(question.digest);
        return proof as Proof;
      });
      if (open !== undefined) found.push(open);
    }
    return found;
  };
  return async (policy, key) => {
    const form = formOf({ ...policy, name: stack.tenantKeyPolicy.name }, key.tenantId);
    const name = canonical(form.statements);
    const done = refuted.get(name) ?? new Set();
    if (!proved.has(name) && !refuted.has(name)) {
      refuted.set(name, done);
      if ((await openOf(form, key, [], done)).length === 0) proved.add(name);
    }
    if (proved.has(name)) return { isOfAll: name === ofAll, open: [] };
    // Of another tenant's key it may be open, and not of this one's.
    const ofTenant = equal(text(`request ${ownTenantKey}`), literal(key.tenantId));
    return { isOfAll: false, open: await openOf(form, key, [ofTenant], new Set(done)) };
  };
}

interface OneQuestion {
  /** of its text without the facts */
  readonly digest: string;
  /** a theorem that asks it alone */
  readonly only: Theorem;
}

/** A question gets the facts beside it; an example is of any one tenant. */
const questionsOf = (
  theorem: Theorem,
  stack: StackPolicies,
  facts: readonly Formula[],
): OneQuestion[] => [
  ...theorem.questions(stack).map((question) => {
    const counterexample = [...question.counterexample, ...facts];
    const questions = () => [{ ...question, counterexample }];
    return {
      digest: digestOf(question.counterexample),
      only: { ...theorem, questions, examples: () => [] },
    };
  }),
  ...(theorem.examples?.(stack) ?? []).map((example) => ({
    digest: digestOf(example.request),
    only: { ...theorem, questions: () => [], examples: () => [example] },
  })),
];

const digestOf = (formulas: readonly Formula[]): string =>
  createHash('sha256').update(scriptOf(formulas)).digest('base64url');

/** @returns one that is refuted, or else one that is unknown; nothing where all are proved */
async function firstOpen(
  questions: readonly OneQuestion[],
  proofOf: (question: OneQuestion) => Promise<Proof>,
): Promise<Proof | undefined> {
  let unknown: Proof | undefined;
  for (const question of questions) {
    const proof = await proofOf(question);
    if (proof.verdict === 'refuted') return proof;
    if (proof.verdict === 'unknown') unknown ??= proof;
  }
  return unknown;
}
