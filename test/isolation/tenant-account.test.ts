/**
 * Keys of tenants in an AWS account of their own: each claim, and each guard of the policies that the product gives the tenant
 * taken out, one at a time.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectDocumented } from '../harness/documented-refusals.ts';
import { outcomeOf } from './cases/case.ts';
import { mutationsOf } from './mutations.ts';
import { type External, openExternal, type Policies, type PolicyName } from './tenant-account.ts';
import { type Claim, ciphertextOf, claims, neighbours, whose } from './tenant-account-cases.ts';

let external: External;
beforeAll(async () => {
  const opened = await openExternal();
  external = { ...opened, ciphertext: await ciphertextOf(opened) };
}, 120_000);
afterAll(() => external?.close());

/** @returns the error, where there is one */
async function refusalOf(claim: Claim, policies: Policies): Promise<unknown> {
  await external.put(whose, policies, claim.mistakes);
  return claim.attempt(external).then(
    () => undefined,
    (error) => error,
  );
}
const outcome = (refusal: unknown): string =>
  refusal === undefined ? 'allowed' : (outcomeOf(refusal) ?? String(refusal));
const answerOf = async (claim: Claim, policies: Policies): Promise<string> =>
  outcome(await refusalOf(claim, policies));

const refusals = new Map<Claim, unknown>();

test.each(claims.map((claim) => [claim.expected, `${claim.by}: ${claim.name}`, claim] as const))(
  '%s: %s',
  async (expected, _, claim) => {
    const refusal = await refusalOf(claim, external.policiesOf(whose));
    refusals.set(claim, refusal);
    expect(outcome(refusal)).toBe(expected);
  },
);

test('docs/key-stores/aws-kms-external.md has the refusals, and how often', () => {
  const tried = [...refusals].map(([claim, refusal]) => ({
    ...claim,
    ...whoUponWhom(claim),
    allowed: refusal === undefined,
    words: wordsOf(refusal),
  }));
  expect(tried).toHaveLength(claims.length);
  expectDocumented('docs/key-stores/aws-kms-external.md', "KMS's or STS's", tried);
});

const oneOfThem = new RegExp(neighbours.join('|'));

/** Without the names of tenants. */
function whoUponWhom({ by, name, upon }: Claim) {
  const isNeighbours = neighbours.some((tenantId) => by.startsWith(`${tenantId}'s`));
  if (isNeighbours) return { by: by.replace(oneOfThem, 'a tenant'), upon: 'a neighbour' };
  const whom = /^the (?:role|tenant's session)\b/.test(by) ? 'its own' : "a tenant's";
  const what = name === 'AssumeRole' ? 'role' : 'key';
  return { by: by.replace(oneOfThem, 'a neighbour'), upon: upon ?? `${whom} ${what}` };
}

/** Of KMS and STS: "User: ... is not authorized to perform: ... on resource: ... ", and why. */
const wordsOf = (refusal: unknown): string =>
  refusal instanceof Error
    ? refusal.message
        .replace(/^User: \S+ is (not authorized to perform): \S+ on resource: \S+/, '$1: …')
        .replace(/the kms:\w+ action/, 'the … action')
    : '';

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
