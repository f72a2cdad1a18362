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

/** @param changes of resources, by the logical id without its hash */
export async function changedStack(changes: Changes = {}): Promise<ReplayedStack> {
  const template = readTemplate(await changedTemplate(changes), localAccount);
  return { template, policies: stackPolicies(template) };
}

export async function changedTemplate(changes: Changes): Promise<Record<string, unknown>> {
  const { Resources, ...rest } = structuredClone(await synthesizedTemplate());
  for (const [title, change] of Object.entries(changes)) {
    const ids = Object.keys(Resources).filter((id) => id.replace(/[0-9A-F]{8}$/, '') === title);
    const [id, ...others] = ids;
    if (id === undefined || others.length > 0) throw new Error(`${ids.length} are ${title}`);
    change(Resources[id]?.Properties);
  }
  return { ...rest, Resources };
}

export const trusting =
  (statement: object) =>
  ({ AssumeRolePolicyDocument }: Resource['Properties']): void => {
    AssumeRolePolicyDocument.Statement.push(statement);
  };

type Statements = readonly Statement[];

/** The statements of a role's, a key's or a policy's document, as they are changed. */
export const stating =
  (change: (statements: Statements) => Statements) =>
  ({ Policies: [inline] = [], KeyPolicy, PolicyDocument }: Resource['Properties']): void => {
    const document = inline?.PolicyDocument ?? KeyPolicy ?? PolicyDocument;
    document.Statement = change(document.Statement);
  };

export const adding = (statement: Statement) => stating((statements) => [...statements, statement]);

/** A statement that lets its role read whole tables. */
export const scanning = adding({
  Sid: 'Scan',
  Effect: 'Allow',
  Action: 'dynamodb:Scan',
  Resource: '*',
});

export const without = (sid: string) =>
  stating((statements) => statements.filter(({ Sid }) => Sid !== sid));

export const unconditional = (sid: string) =>
  stating((statements) =>
    statements.map(({ Condition, ...statement }) =>
      statement.Sid === sid || Condition === undefined ? statement : { ...statement, Condition },
    ),
  );

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
