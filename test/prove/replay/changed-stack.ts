/** A template with something changed, as it is deployed and as the theorems take it. */
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { equal, type Formula, literal, text } from '../../../prove/formula/formula.ts';
import { scriptOf } from '../../../prove/formula/smt-lib.ts';
import type { ReplayedStack } from '../../../prove/replay/replayed-stack.ts';
import type { Model } from '../../../prove/replay/wanted.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { stackPolicies } from '../../../prove/stack-policies.ts';
import type { Question } from '../../../prove/theorems/theorem.ts';
import { theorems } from '../../../prove/theorems/theorems.ts';
import { type Resource, type Statement, synthesizedTemplate } from '../../harness/synthesized.ts';

type Changes = Readonly<Record<string, (properties: Resource['Properties']) => void>>;

/** @param changes by the beginning of a role's logical id */
export async function changedStack(changes: Changes = {}): Promise<ReplayedStack> {
  const { Resources, ...rest } = structuredClone(await synthesizedTemplate());
  for (const [prefix, change] of Object.entries(changes)) {
    const [role] = Object.entries(Resources).filter(
      ([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith(prefix),
    );
    change(role?.[1].Properties);
  }
  const template = readTemplate({ Resources, ...rest }, localAccount);
  return { template, policies: stackPolicies(template) };
}

export const trusting =
  (statement: object) =>
  ({ AssumeRolePolicyDocument }: Resource['Properties']): void => {
    AssumeRolePolicyDocument.Statement.push(statement);
  };

/** The role's own statements, each as it is changed. */
export const allowing =
  (change: (statements: readonly Statement[]) => readonly Statement[]) =>
  ({ Policies: [policy] }: Resource['Properties']): void => {
    policy.PolicyDocument.Statement = change(policy.PolicyDocument.Statement);
  };

/** @throws Error unless the theorem has that question */
export function questionOf({ policies }: ReplayedStack, id: string, about: string): Question {
  const theorem = theorems.find((one) => one.id === id);
  const found = theorem?.questions(policies).find((one) => one.about === about);
  if (found === undefined) throw new Error(`theorem ${id} does not ask: ${about}`);
  return found;
}

export const isText = (name: string, value: string): Formula => equal(text(name), literal(value));

/**
 * @returns a model of the question for which more holds
 * @throws Error where there is none
 */
export async function modelOf(
  solver: Solver,
  { counterexample }: Question,
  ...more: readonly Formula[]
): Promise<Model> {
  const { verdict, model } = await solver.check(scriptOf([...counterexample, ...more]));
  if (verdict !== 'sat') throw new Error(`the question is ${verdict}`);
  return model;
}
