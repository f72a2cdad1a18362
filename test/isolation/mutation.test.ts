/**
 * Takes one guard at a time out of the policies and shows which case notices. A guard that nothing notices
 * is superfluous or untested; there is none.
 */
import { writeSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Case, outcomeOf, type Situation } from './cases/case.ts';
import { cluesTo, gatherEvidence } from './evidence.ts';
import { type HarnessOptions, type OpenHarness, openHarness } from './harness.ts';
import { type Mutation, mutationsOf, tenantKeyPolicy } from './mutations.ts';
import { policiesOf } from './policies.ts';
import { synthesizedTemplate } from './template.ts';

const template = await synthesizedTemplate();

/** Guards whose absence cannot show on one machine, each with the reason. */
const exempt = new Map([
  [
    'ProductKey/KeyPolicy TablesThroughDynamoDB: without StringEquals kms:CallerAccount',
    'it keeps out other accounts, and the local stack has one; test/lib asserts it by name',
  ],
]);

interface Mutant extends Mutation {
  readonly options: Omit<HarnessOptions, 'situation'>;
}

function inTemplate(): Mutant[] {
  return policiesOf(template).flatMap((location) =>
    mutationsOf(location.in(template), location.title).map((mutation) => {
      const changed = structuredClone(template);
      mutation.apply(location.in(changed));
      return { ...mutation, options: { template: changed } };
    }),
  );
}

function inKeyPolicy(): Mutant[] {
  return mutationsOf(tenantKeyPolicy('acme'), 'TenantKey').map((mutation) => ({
    ...mutation,
    options: { template, mutateKeyPolicy: mutation.apply },
  }));
}

const evidence = await gatherEvidence(template);

/** Any case that notices will do, so the order is free: first those that rest on the guard's statement. */
async function noticedBy({ name, options }: Mutant): Promise<string | undefined> {
  const clues = cluesTo(name, evidence);
  for (const round of [clues.filter(({ weight }) => weight === 2), clues]) {
    for (const [situation, ofSituation] of Map.groupBy(round, (clue) => clue.situation)) {
      const tried = ofSituation.map(({ claim }) => claim);
      const noticed = await noticedIn(situation, tried, options);
      if (noticed !== undefined) return noticed;
    }
  }
  return undefined;
}

/** @returns the first of the cases that changes its answer in the situation */
async function noticedIn(
  situation: Situation,
  tried: readonly Case[],
  options: Mutant['options'],
): Promise<string | undefined> {
  let harness: OpenHarness;
  try {
    harness = await openHarness({ ...options, situation });
  } catch (error) {
    if (outcomeOf(error) === 'denied') {
      return `${situation}: a tenant's own session cannot even encrypt`;
    }
    if ((error as Error).name !== 'MalformedPolicyDocumentException') throw error;
    return `${situation}: KMS does not take the key policy: ${(error as Error).message}`;
  }
  try {
    for (const claim of tried) {
      const outcome = await claim.attempt(harness).then(
        () => 'allowed',
        (error) => outcomeOf(error) ?? 'error',
      );
      if (outcome !== claim.expected) return `${situation}: ${claim.name} is ${outcome}`;
    }
  } finally {
    await harness.close();
  }
  return undefined;
}

const mutants = [...inTemplate(), ...inKeyPolicy()];
const report: string[] = [];
// Past Jest's own console, which would print a stack beside each line.
afterAll(() => {
  writeSync(1, `\nMutation check, ${mutants.length} guards:\n${report.join('\n')}\n`);
});

describe('without this guard some case changes its answer', () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s',
    async (name, mutant) => {
      const noticed = await noticedBy(mutant);
      const reason = exempt.get(name);
      report.push(`  ${name}\n      ${noticed ?? `NOT NOTICED: ${reason ?? ''}`}`);
      if (reason === undefined) expect(noticed).toBeDefined();
      else expect(noticed).toBeUndefined();
    },
    60_000,
  );

  test('each exemption is of a guard that exists', () => {
    const names = mutants.map((mutant) => mutant.name);
    expect([...exempt.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});
