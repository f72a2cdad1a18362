/** Who signs tokens of the product's own issuer: proved of a stack that has one, refuted without one of its guards. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { stackPolicies } from '../../prove/stack-policies.ts';
import { keyStores } from '../../prove/theorems/key-stores.ts';
import { certificateKey } from '../../prove/theorems/office.ts';
import { azureKeyVault } from '../harness/azure-settings.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import type { TemplateDocument } from '../isolation/harness.ts';
import { mutantsOf } from '../isolation/mutants.ts';

const document = (await synthesizedTemplate({
  keyStores: { azureKeyVault },
})) as unknown as TemplateDocument;
const policiesOf = (template: TemplateDocument) =>
  stackPolicies(readTemplate(template, localAccount));

let solver: Solver;
beforeAll(async () => {
  // More questions have an answer here than elsewhere, and an answer takes longer than that there is none.
  solver = await z3(20_000);
});
afterAll(() => solver.close());

/** @param isAsked by what a question is about */
const verdictOf = async (template: TemplateDocument, isAsked: (about: string) => boolean) => {
  const [proof] = await prove(policiesOf(template), solver, [
    {
      ...certificateKey,
      questions: (of) => certificateKey.questions(of).filter(({ about }) => isAsked(about)),
    },
  ]);
  return { verdict: proof?.verdict, open: proof?.open.map(({ about }) => about) };
};
/** One question for each of what the guards are for. */
const isAboutSigning = (about: string) =>
  /^OwnIssuerKey1\w*: (?:a session of SessionBrokerRole: kms:Sign|a session of DataPlaneRole.*: a change of the key)$/.test(
    about,
  );

test('nobody but the session broker in its function, by RS256, with either key', async () => {
  const isOfIssuer = (about: string) => about.startsWith('OwnIssuerKey');
  const titles = certificateKey.questions(policiesOf(document)).map(({ about }) => about);
  expect(titles.filter(isOfIssuer).length).toBeGreaterThan(100);
  expect(await verdictOf(document, isOfIssuer)).toEqual({ verdict: 'proved', open: [] });
}, 120_000);

test('to Azure three functions sign in by a token of AWS, and no session of a tenant', async () => {
  const stack = policiesOf(document);
  expect(stack.keyStores).toEqual({
    audience: undefined,
    takeOwnTokens: false,
    azureAudience: 'api://AzureADTokenExchange',
    accounts: [],
  });
  const [proof] = await prove(stack, solver, [keyStores]);
  expect(proof).toMatchObject({ verdict: 'proved', open: [] });
}, 120_000);

describe('without one of its guards it is refuted', () => {
  const guards = mutantsOf(document).filter(({ name }) =>
    /^OwnIssuerKey1\S* (?:BrokerSigns: without|Nobody|ProductsRolesChangeNothing: without this)|^SessionBrokerRoleOpenSessions\S* OnlyInItsFunction/.test(
      name,
    ),
  );

  test('there are guards', () => {
    expect(guards.map(({ name }) => name.replace(/^\S+ /, '')).sort()).toEqual([
      'BrokerSigns: without StringEquals kms:SigningAlgorithm',
      'NobodyElseSigns: without ArnNotEquals aws:PrincipalArn',
      'NobodyElseSigns: without this Deny',
      'NobodyGrants: without this Deny',
      'OnlyInItsFunction: without ArnNotEquals lambda:SourceFunctionArn',
      'OnlyInItsFunction: without this Deny',
      'ProductsRolesChangeNothing: without this Deny',
    ]);
  });

  /**
   * Without its condition a Deny holds for everybody, and closes what it should leave open. Without NobodyElseSigns or NobodyGrants
   * it takes another mistake and a principal of whom nothing is known, for whom the solver looks too long:
   * test/isolation/key-stores.test.ts finds them.
   */
  const opening = guards.filter(({ name }) => !/without ArnNotEquals| Nobody/.test(name));

  test.each(opening.map(({ name, options }) => [name, options.template] as const))(
    '%s',
    async (_, template) => {
      expect((await verdictOf(template, isAboutSigning)).verdict).toBe('refuted');
    },
    120_000,
  );
});
