/** The stacks whose guards are taken out: the default one, and one with other key stores, of which its own guards are asked. */
import { synthesizedText } from '../../prove/synthesized-stack.ts';
import { keyStores as ofKeyStores } from '../../prove/theorems/key-stores.ts';
import { sessions } from '../../prove/theorems/sessions.ts';
import type { Theorem } from '../../prove/theorems/theorem.ts';
import { theorems } from '../../prove/theorems/theorems.ts';
import type { Case } from '../isolation/cases/case.ts';
import { keyStores } from '../isolation/cases/key-stores.ts';
import { cases } from '../isolation/cases.ts';
import type { TemplateDocument } from '../isolation/harness.ts';
import { type Mutant, mutantsOf } from '../isolation/mutants.ts';
import { context, keyStoresContext } from '../isolation/template.ts';

export interface MutatedStack {
  readonly template: TemplateDocument;
  /** that hold of it: what a session may do in all, in theorem 2, another key store adds to */
  readonly theorems: readonly Theorem[];
  /** of the isolation suite */
  readonly cases: readonly Case[];
  readonly mutants: readonly Mutant[];
  /** @returns the sentence of docs/security.md */
  counted(guards: GuardCounts): string;
}

/** How many guards there are, and what is so without each. */
export interface GuardCounts {
  readonly all: number;
  readonly refuted: number;
  /** of the refuted: open a path only where another lock is off as well */
  readonly second: number;
  readonly closing: number;
}

export function mutatedStacks(): MutatedStack[] {
  const [template, withStores] = [context, keyStoresContext].map(
    (one) => JSON.parse(synthesizedText(one)) as TemplateDocument,
  ) as [TemplateDocument, TemplateDocument];
  const mutants = mutantsOf(template);
  const names = new Set(mutants.map(({ name }) => name));
  return [
    {
      template,
      theorems,
      cases,
      mutants,
      counted: ({ all, refuted, second, closing }) =>
        `Of ${all} guards, ${refuted} leave a theorem refuted when they are taken out: ${refuted - second} open a path at once, ${second} where another lock is off as well. The other ${closing} only close.`,
    },
    {
      template: withStores,
      theorems: [ofKeyStores, sessions],
      cases: keyStores,
      mutants: mutantsOf(withStores).filter(({ name }) => !names.has(name)),
      counted: ({ all, refuted, second, closing }) =>
        `With \`keyStores\` there are ${all} more: ${refuted - second} open a path at once, ${second} where another lock is off as well, and ${closing} only close.`,
    },
  ];
}
