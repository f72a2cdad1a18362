/**
 * Takes one guard at a time out of the policies and shows which case notices. A guard that nothing notices
 * is superfluous or untested; there is none.
 */
import { writeSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { gatherEvidence } from './evidence.ts';
import { mutantsOf } from './mutants.ts';
import { noticedBy } from './noticed.ts';
import { synthesizedTemplate } from './template.ts';

const template = await synthesizedTemplate();

/** Guards whose absence cannot show on one machine, each with the reason. */
const exempt = new Map([
  [
    'ProductKey/KeyPolicy TablesThroughDynamoDB: without StringEquals kms:CallerAccount',
    'it keeps out other accounts, and the local stack has one; test/lib asserts it by name',
  ],
]);

const evidence = await gatherEvidence(template);
const mutants = mutantsOf(template);
const report: string[] = [];
// Past Jest's own console, which would print a stack beside each line.
afterAll(() => {
  writeSync(1, `\nMutation check, ${mutants.length} guards:\n${report.join('\n')}\n`);
});

describe('without this guard some case changes its answer', () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s',
    async (name, mutant) => {
      const noticed = await noticedBy(mutant, evidence);
      const reason = exempt.get(name);
      report.push(`  ${name}\n      ${noticed?.words ?? `NOT NOTICED: ${reason ?? ''}`}`);
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
