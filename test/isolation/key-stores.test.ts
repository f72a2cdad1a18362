/**
 * A stack with other key stores: each claim, and each guard of what it has more than another stack, taken out one at a
 * time. What all stacks have is in isolation.test.ts and mutation.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { azureKeyVault } from '../harness/azure-settings.ts';
import { requestTemplate } from '../synthesizer/client.ts';
import { answerOf, type Case, type Situation } from './cases/case.ts';
import { azureKeyVaults, keyStores, store } from './cases/key-stores.ts';
import { ownIssuer } from './cases/own-issuer.ts';
import {
  type HarnessOptions,
  type OpenHarness,
  openHarness,
  type TemplateDocument,
} from './harness.ts';
import { mutantsOf } from './mutants.ts';
import { keyStoresContext } from './template.ts';

const template = await requestTemplate<TemplateDocument>({
  ...keyStoresContext,
  keyStores: { ...keyStoresContext.keyStores, azureKeyVault },
});

const casesIn = (situation: Situation) =>
  [...keyStores, ...azureKeyVaults].filter(({ situations }) => situations.includes(situation));

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

  test('each token names the tenant whose session asks, and no other has a tenant', async () => {
    const ask = async ({ sts }: { readonly sts: OpenHarness['operator']['sts'] }) => {
      const asked = { Audience: [store], SigningAlgorithm: 'RS256', DurationSeconds: 60 };
      const { WebIdentityToken = '' } = await sts.getWebIdentityToken(asked);
      const { sub, 'https://sts.amazonaws.com/': aws } = decodeJwt(WebIdentityToken);
      const { principal_tags: tags } = aws as { principal_tags?: Record<string, string> };
      return [sub, tags?.TenantId];
    };
    for (const tenant of harness.tenants) {
      expect(await ask(tenant)).toEqual([harness.tenantRoleArn, tenant.tenantId]);
    }
    for (const name of ['FunctionsTenants', 'FunctionsReconciler', 'FunctionsCertificates']) {
      const [sub, tenantId] = await ask(harness.inFunction(name));
      expect([sub === harness.tenantRoleArn, tenantId]).toEqual([false, undefined]);
    }
  });
});

/** The claims of those that the guard is about: who signs, or who gets a token and becomes whom. */
const about = (guard: string): readonly Case[] => {
  const isOfIssuer = /^OwnIssuer|OpenSessions\S* OnlyInItsFunction/.test(guard);
  const all = casesIn('deployed').filter((claim) => ownIssuer.includes(claim) === isOfIssuer);
  // A role that trusts Lambda no longer has no function, from which the others are tried.
  return guard.startsWith('OwnIssuerRole/TrustPolicy')
    ? all.filter(({ name }) => name.includes('assumes the role'))
    : all;
};

async function isSomeAnswerOther(of: readonly Case[], harness: OpenHarness): Promise<boolean> {
  for (const claim of of) {
    if ((await answerOf(claim, harness)) !== claim.expected) return true;
  }
  return false;
}

describe('without this guard some claim changes its answer', () => {
  const guards = mutantsOf(template).filter(({ name }) =>
    /SignIn|AssumeOwnExternal|TryExternalRoles|AskForChallenges|^OwnIssuer|OpenSessions\S* OnlyInItsFunction/.test(
      name,
    ),
  );

  test('there are guards', () => {
    expect(guards.length).toBeGreaterThan(20);
  });

  test.each(guards.map(({ name, options }) => [name, options] as const))(
    '%s',
    async (name, options: Omit<HarnessOptions, 'situation'>) => {
      const harness = await openHarness({ ...options, situation: 'deployed' });
      try {
        const isNoticed = await isSomeAnswerOther(about(name), harness);
        expect(isNoticed).toBe(true);
      } finally {
        await harness.close();
      }
    },
    60_000,
  );
});
