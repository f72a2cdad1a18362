/**
 * Takes one guard at a time out of the policies that keep tenants apart, and shows which probe the canary then
 * reports. A guard whose loss the canary does not see is exempt with a reason, or the test fails.
 */

import { writeSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CanaryReport } from '../../../contract/canary-report.ts';
import type { TemplateDocument } from '../../isolation/harness.ts';
import { type PolicyLocation, policiesOf } from '../../isolation/policies.ts';
import { synthesizedTemplate } from '../../isolation/template.ts';
import { openCanary } from './harness.ts';
import { mutantsOf } from './mutants.ts';

const template = await synthesizedTemplate();

const bothNeeded =
  'a tagged session needs both statements, and the other one still names the roles that may open it; with neither it opens, see below';
const alwaysNamed = 'a request of that operation always names a partition key';
const noneWithout =
  'every session has the tag, since none opens without it, and every Allow asks for it as well';

const noDryRun =
  'it keeps no tenant from another, and KMS has no dry run of a deletion: a probe that got through would end the key';

/** Guards whose absence lets no probe through, each with the reason. */
const exempt = new Map<string, string>([
  ['TenantRole/TrustPolicy SessionIsNamedAfterTenant: for every principal', bothNeeded],
  ['TenantRole/TrustPolicy OnlyTagIsTenantId: for every principal', bothNeeded],
  ['AuditReaderRole/TrustPolicy SessionIsNamedAfterTenant: for every principal', bothNeeded],
  ['AuditReaderRole/TrustPolicy OnlyTagIsTenantId: for every principal', bothNeeded],
  [
    'TenantRole/Policy UseOwnKey: for every resource',
    'every key of the account and region is covered already, and KMS knows no others there',
  ],
  ['TenantRole/Policy ReadOwnRow: without Null dynamodb:LeadingKeys', alwaysNamed],
  ['AuditReaderRole/Policy ReadOwnEvents: without Null dynamodb:LeadingKeys', alwaysNamed],
  ['TenantKey NobodyDeletesHastily: without this Deny', noDryRun],
  [
    'TenantKey NobodyDeletesHastily: without NumericLessThan kms:ScheduleKeyDeletionPendingWindowInDays',
    noDryRun,
  ],
  ['TenantRole/Policy NothingWithoutTenant: without this Deny', noneWithout],
  ['AuditReaderRole/Policy NothingWithoutTenant: without this Deny', noneWithout],
]);

const report: string[] = [];
const mutants = mutantsOf(template);
// Past Jest's own console, which would print a stack beside each line.
afterAll(() => {
  writeSync(1, `\nCanary, ${mutants.length} guards:\n${report.join('\n')}\n`);
});

async function reportOn(document: TemplateDocument): Promise<CanaryReport> {
  const harness = await openCanary(document);
  try {
    return await harness.run();
  } finally {
    await harness.close();
  }
}

const wordsOf = ({ opened, broken }: CanaryReport, reason: string | undefined): string => {
  const more = ({ length }: readonly string[]) => (length > 1 ? `, and ${length - 1} more` : '');
  if (opened.length > 0) return `OPEN: ${opened[0]}${more(opened)}`;
  if (broken.length > 0) return `BROKEN: ${broken[0]}${more(broken)}`;
  return `nothing opens: ${reason}`;
};

describe('without this guard the canary reports a probe', () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', async (name, mutant) => {
    const found = await reportOn(mutant.template);
    const reason = exempt.get(name);
    report.push(`  ${name}\n      ${wordsOf(found, reason)}`);
    const reported = found.opened.length + found.broken.length > 0;
    expect(reported).toBe(reason === undefined);
  });

  test('each exemption is of a guard that exists', () => {
    const names = mutants.map(({ name }) => name);
    expect([...exempt.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});

test.each(['TenantRole', 'AuditReaderRole'])(
  'where both statements of the trust policy of %s name every principal, one tenant opens sessions of the other',
  async (role) => {
    const changed = structuredClone(template);
    const { in: policyIn } = policiesOf(template).find(
      ({ title }) => title.startsWith(role) && title.endsWith('/TrustPolicy'),
    ) as PolicyLocation;
    for (const statement of policyIn(changed).Statement) {
      if (statement.Effect === 'Allow') statement.Principal = '*';
    }
    const { opened } = await reportOn(changed);
    const kind = role === 'TenantRole' ? 'a session' : 'an audit session';
    expect(opened).toContain(`canary_a's session opens ${kind} of canary_b`);
  },
);
