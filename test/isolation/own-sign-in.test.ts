/**
 * A stack whose Vault takes tokens of the product's own issuer: who may have the session broker name a function there, and
 * each guard of that, taken out one at a time. What stacks with other stores have is in key-stores.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requestTemplate } from '../synthesizer/client.ts';
import { answerOf, type Situation } from './cases/case.ts';
import { ownSignIn } from './cases/own-sign-in.ts';
import {
  type HarnessOptions,
  type OpenHarness,
  openHarness,
  type TemplateDocument,
} from './harness.ts';
import { mutantsOf } from './mutants.ts';
import { context } from './template.ts';

const template = await requestTemplate<TemplateDocument>({
  ...context,
  keyStores: { vault: { address: 'https://vault.example.com', tokenIssuer: 'own' } },
});

const casesIn = (situation: Situation) =>
  ownSignIn.filter(({ situations }) => situations.includes(situation));

describe.each(['deployed', 'role-open', 'control-open'] as const)('%s', (situation) => {
  let harness: OpenHarness;
  beforeAll(async () => {
    harness = await openHarness({ template, situation });
  });
  afterAll(() => harness.close());

  test.each(casesIn(situation).map((claim) => [claim.expected, claim.name, claim] as const))(
    '%s: %s',
    async (expected, _, claim) => {
      expect(await answerOf(claim, harness)).toBe(expected);
    },
  );
});

describe('without this guard some claim changes its answer', () => {
  const guards = mutantsOf(template).filter(({ name }) => /SignIn/.test(name));
  const about = casesIn('deployed').filter(({ name }) =>
    /asks the session broker|invokes another/.test(name),
  );

  test('there are guards', () => {
    const kinds = guards.map(({ name }) => name.replace(/^\S+ /, ''));
    expect([...new Set(kinds)].sort()).toEqual([
      'AskForTokens: for every resource',
      'OnlyInItsFunction: without ArnNotEquals lambda:SourceFunctionArn',
      'OnlyInItsFunction: without this Deny',
    ]);
  });

  test.each(guards.map(({ name, options }) => [name, options] as const))(
    '%s',
    async (_, options: Omit<HarnessOptions, 'situation'>) => {
      const harness = await openHarness({ ...options, situation: 'deployed' });
      try {
        const answers = await Promise.all(about.map((claim) => answerOf(claim, harness)));
        expect(answers).not.toEqual(about.map(({ expected }) => expected));
      } finally {
        await harness.close();
      }
    },
    60_000,
  );
});
