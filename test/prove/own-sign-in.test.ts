/** A Vault that takes tokens of the product's own issuer: nobody gets one of AWS's, proved, and refuted without one of the guards. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { stackPolicies } from '../../prove/stack-policies.ts';
import { keyStores } from '../../prove/theorems/key-stores.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import type { TemplateDocument } from '../isolation/harness.ts';
import { mutantsOf } from '../isolation/mutants.ts';

const vault = { address: 'https://vault.example.com', tokenIssuer: 'own' };
const document = (await synthesizedTemplate({
  keyStores: { vault },
})) as unknown as TemplateDocument;

let solver: Solver;
beforeAll(async () => {
  // A machine that is at work on something else takes longer for the same answer.
  solver = await z3(20_000);
});
afterAll(() => solver.close());

/** @param title of the only role that is asked about; absent: all */
const verdictOf = async (template: TemplateDocument, title = '') => {
  const isAsked = ({ about }: { readonly about: string }) => about.includes(title);
  const [proof] = await prove(stackPolicies(readTemplate(template, localAccount)), solver, [
    {
      ...keyStores,
      questions: (of) => keyStores.questions(of).filter(isAsked),
      examples: (of) => keyStores.examples?.(of).filter(isAsked) ?? [],
    },
  ]);
  return { verdict: proof?.verdict, open: proof?.open.map(({ about }) => about) };
};

test('is proved', async () => {
  expect(await verdictOf(document)).toEqual({ verdict: 'proved', open: [] });
}, 120_000);

describe('without one of its guards it is refuted', () => {
  const guards = mutantsOf(document).filter(({ name }) => /SignIn/.test(name));

  test('there are guards', () => {
    expect(guards.length).toBe(9);
  });

  test.each(guards.map(({ name, options }) => [name, options.template] as const))(
    '%s',
    async (name, template) => {
      const [title] = /^[A-Z][a-z]+(?:Plane)?/.exec(name) ?? [];
      expect((await verdictOf(template, `${title}Role`)).verdict).toBe('refuted');
    },
    60_000,
  );
});

describe('a policy that allows more refutes it', () => {
  test.each([
    ['AuthorizerRole', 'lambda:InvokeFunction'],
    ['OwnIssuerRole', 'lambda:*'],
    ['TenantRole', 'lambda:InvokeFunction'],
    ['ReconcilerRole', 'sts:GetWebIdentityToken'],
    ['DataPlaneRole', 'sts:GetWebIdentityToken'],
  ])('%s: %s', async (prefix, Action) => {
    const template = structuredClone(document);
    const [role] = Object.entries(template.Resources)
      .filter(([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith(prefix))
      .map(([, { Properties }]) => Properties);
    const Statement = [{ Effect: 'Allow', Action, Resource: '*' }];
    const careless = { Version: '2012-10-17', Statement };
    role.Policies = [
      ...(role.Policies ?? []),
      { PolicyName: 'Careless', PolicyDocument: careless },
    ];
    const { verdict, open } = await verdictOf(template, prefix);
    expect([verdict, open?.every((about) => about.includes(prefix))]).toEqual(['refuted', true]);
  });
});
