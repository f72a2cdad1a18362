/**
 * Keys of tenants in an AWS account of their own: each claim, and each guard of the policies that the product gives the tenant
 * taken out, one at a time.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { outcomeOf } from './cases/case.ts';
import { mutationsOf } from './mutations.ts';
import { type External, openExternal, type Policies, type PolicyName } from './tenant-account.ts';
import { type Claim, ciphertextOf, claims, whose } from './tenant-account-cases.ts';

let external: External;
beforeAll(async () => {
  const opened = await openExternal();
  external = { ...opened, ciphertext: await ciphertextOf(opened) };
}, 120_000);
afterAll(() => external?.close());

async function answerOf(claim: Claim, policies: Policies): Promise<string> {
  await external.put(whose, policies, claim.mistakes);
  return claim.attempt(external).then(
    () => 'allowed',
    (error) => outcomeOf(error) ?? String(error),
  );
}

test.each(claims.map((claim) => [claim.expected, claim.name, claim] as const))(
  '%s: %s',
  async (expected, _, claim) => {
    expect(await answerOf(claim, external.policiesOf(whose))).toBe(expected);
  },
);

/**
 * A session that passes a tag needs both statements of the trust policy, which have the same conditions: only without both is
 * somebody else let in. So there a guard is taken out of both.
 */
const guardOf = (name: PolicyName, mutation: string): string =>
  name === 'trust' ? mutation.replace(/^\S+ \S+: /, '') : mutation;

const names: readonly PolicyName[] = ['trust', 'role', 'key'];

describe('without this guard some claim changes its answer', () => {
  /** KMS itself takes no policy that locks its administrators out. */
  const isRefused = (error: Error) => error.name === 'MalformedPolicyDocumentException';

  async function notices(name: PolicyName, policies: Policies): Promise<boolean> {
    for (const claim of claims.filter(({ mistakes }) => !mistakes.includes(name))) {
      const answer = await answerOf(claim, policies).catch((error) => {
        if (isRefused(error)) return 'refused by KMS';
        throw error;
      });
      if (answer !== claim.expected) return true;
    }
    return false;
  }

  test.each(names)(
    'of the %s policy',
    async (name) => {
      const unnoticed: string[] = [];
      const all = mutationsOf(external.policiesOf(whose)[name], name);
      for (const [what, same] of Map.groupBy(all, ({ name: full }) => guardOf(name, full))) {
        const policies = external.policiesOf(whose);
        for (const { apply } of same) apply(policies[name]);
        if (!(await notices(name, policies))) unnoticed.push(what);
      }
      expect(unnoticed).toEqual([]);
    },
    240_000,
  );
});
