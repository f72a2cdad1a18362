/** Who reaches key stores elsewhere: nobody by default, and those who are meant where stores are configured. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { type StackPolicies, stackPolicies } from '../../prove/stack-policies.ts';
import { keyStores } from '../../prove/theorems/key-stores.ts';
import { sessions } from '../../prove/theorems/sessions.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import type { TemplateDocument } from '../isolation/harness.ts';
import { mutantsOf } from '../isolation/mutants.ts';
import { deployedPolicies } from './deployed-policies.ts';

const stores = {
  vault: { address: 'https://vault.example.com' },
  awsKmsExternal: { accounts: ['222222222222', '333333333333'] },
};
const document = (await synthesizedTemplate({ keyStores: stores })) as unknown as TemplateDocument;
const policiesOf = (template: TemplateDocument): StackPolicies =>
  stackPolicies(readTemplate(template, localAccount));

let solver: Solver;
beforeAll(async () => {
  // A machine that is at work on something else takes longer for the same answer.
  solver = await z3(20_000);
});
afterAll(() => solver.close());

/** @param title of the only role that is asked about; absent: all */
const verdictOf = async (stack: StackPolicies, title = '') => {
  const isAsked = ({ about }: { readonly about: string }) => about.includes(title);
  const [proof] = await prove(stack, solver, [
    {
      ...keyStores,
      questions: (of) => keyStores.questions(of).filter(isAsked),
      examples: (of) => keyStores.examples?.(of).filter(isAsked) ?? [],
    },
  ]);
  return { verdict: proof?.verdict, open: proof?.open.map(({ about }) => about) };
};

const proved = { verdict: 'proved', open: [] };

test('by default nobody does, and it is proved', async () => {
  expect(await verdictOf(await deployedPolicies())).toEqual(proved);
});

test('with Vault and accounts of tenants it is proved, and so is who opens sessions of whom', async () => {
  const stack = policiesOf(document);
  expect(stack.keyStores).toEqual({
    audience: stores.vault.address,
    takeOwnTokens: false,
    accounts: stores.awsKmsExternal.accounts,
  });
  expect(await verdictOf(stack)).toEqual(proved);
  const [proof] = await prove(stack, solver, [sessions]);
  expect(proof).toMatchObject({ verdict: 'proved', open: [] });
}, 120_000);

describe('without one of its guards it is refuted', () => {
  const guards = mutantsOf(document).filter(({ name }) =>
    /SignIn|AssumeOwnExternalRole|TenantRole\S* NothingWithoutTenant/.test(name),
  );

  test('there are guards', () => {
    expect(guards.length).toBeGreaterThan(20);
  });

  test.each(guards.map(({ name, options }) => [name, options.template] as const))(
    '%s',
    async (name, template) => {
      const [title] = /^[A-Z][a-z]+(?:Plane|Broker)?/.exec(name) ?? [];
      expect((await verdictOf(policiesOf(template), `${title}Role`)).verdict).toBe('refuted');
    },
    60_000,
  );
});

describe('a policy that allows more refutes it', () => {
  const statement = (Action: string, Resource = '*') => ({ Effect: 'Allow', Action, Resource });

  test.each([
    ['DataPlaneRole', statement('sts:GetWebIdentityToken')],
    ['AuditReaderRole', statement('sts:GetWebIdentityToken')],
    ['TenantRole', statement('sts:TagGetWebIdentityToken')],
    ['TenantRole', statement('sts:AssumeRole', 'arn:aws:iam::222222222222:role/TenantKeys/*')],
    ['ReconcilerRole', statement('sts:AssumeRole', 'arn:aws:iam::222222222222:role/TenantKeys/a')],
    [
      'ControlPlaneRole',
      statement('sts:AssumeRole', 'arn:aws:iam::222222222222:role/TenantKeys/a'),
    ],
    ['SessionBrokerRole', statement('sts:AssumeRole', 'arn:aws:iam::222222222222:role/Other/a')],
    [
      'SessionBrokerRole',
      statement('sts:AssumeRole', 'arn:aws:iam::444444444444:role/TenantKeys/a'),
    ],
  ])('%s: %o', async (prefix, more) => {
    const template = structuredClone(document);
    const [role] = Object.entries(template.Resources)
      .filter(([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith(prefix))
      .map(([, { Properties }]) => Properties);
    const careless = { Version: '2012-10-17', Statement: [more] };
    role.Policies = [
      ...(role.Policies ?? []),
      { PolicyName: 'Careless', PolicyDocument: careless },
    ];
    const { verdict, open } = await verdictOf(policiesOf(template), prefix);
    expect([verdict, open?.every((about) => about.includes(prefix))]).toEqual(['refuted', true]);
  });
});
