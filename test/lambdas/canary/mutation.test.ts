/**
 * Takes one guard at a time out of the policies that keep tenants apart, and shows which probe the canary then
 * reports, and that one of those that every run tries is among them. A guard whose loss the canary does not see is
 * exempt with a reason, or the test fails.
 */

import { writeSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CanaryReport } from '../../../contract/canary-report.ts';
import { stranger } from '../../../contract/canary-tenants.ts';
import { assume, assumptionFor } from '../../../lambdas/canary/assume-role.ts';
import type { Probe } from '../../../lambdas/canary/probe.ts';
import { sentinelNames } from '../../../lambdas/canary/sentinels.ts';
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

const broken = 'then the session broker opens nothing: no request is served, and no path is open';
const onlyOutside =
  "it holds the canary where the broker's role opens sessions outside of its function; with that guard lost as well the canary would open them, see below";

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
  ['TenantRole/Policy KeepOwnMacKeys: without Null dynamodb:LeadingKeys', alwaysNamed],
  ['AuditReaderRole/Policy ReadOwnEvents: without Null dynamodb:LeadingKeys', alwaysNamed],
  ['TenantKey NobodyDeletesHastily: without this Deny', noDryRun],
  [
    'TenantKey NobodyDeletesHastily: without NumericLessThan kms:ScheduleKeyDeletionPendingWindowInDays',
    noDryRun,
  ],
  ...['TenantRole', 'AuditReaderRole'].flatMap((role) => {
    const deny = `${role}/TrustPolicy CanaryAsBrokerOpensItsOwnOnly:`;
    return [
      [`${deny} without this Deny`, onlyOutside],
      [`${deny} without StringNotEquals aws:RequestTag/TenantId`, onlyOutside],
      [`${deny} without StringEquals aws:PrincipalTag/TenantId`, broken],
    ] as const;
  }),
  [
    'SessionBrokerRoleOpenSessions/PolicyDocument OpenSessions: for every resource',
    'the trust policies say which roles let the broker in',
  ],
  [
    'SessionBrokerRoleOpenSessions/PolicyDocument OnlyInItsFunction: without ArnNotEquals lambda:SourceFunctionArn',
    broken,
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

/** The sentinels without which the loss of some guard would show a round later only. */
const indispensable = new Set<string>();

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
    const reported = [...found.opened, ...found.broken];
    expect(reported.length > 0).toBe(reason === undefined);
    const sentinels = reported.filter((probe) => sentinelNames.has(probe));
    expect(sentinels.length > 0).toBe(reason === undefined);
    if (sentinels.length === 1) indispensable.add(sentinels[0] as string);
  });

  test('no sentinel is one too many', () => {
    expect([...sentinelNames].filter((name) => !indispensable.has(name))).toEqual([]);
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

/** @returns the template with the broker's role free to open sessions outside of its function */
function withoutItsFunction(): TemplateDocument {
  const changed = structuredClone(template);
  const { in: policyIn } = policiesOf(template).find(({ title }) =>
    title.startsWith('SessionBrokerRoleOpenSessions'),
  ) as PolicyLocation;
  const policy = policyIn(changed);
  policy.Statement = policy.Statement.filter(({ Effect }) => Effect === 'Allow');
  return changed;
}

describe("where the broker's role opens sessions outside of its function", () => {
  const asStranger: readonly Probe[] = (['tenantRoleArn', 'auditReaderRoleArn'] as const).map(
    (role) => ({
      name: `a stranger's session of ${role}`,
      expected: 'refused',
      attempt: async (principals) => {
        const { sts } = await principals.as('sessionBroker');
        return assume(sts, principals.targets[role], assumptionFor(stranger));
      },
    }),
  );
  const openedIn = async (document: TemplateDocument, probes?: readonly Probe[]) => {
    const harness = await openCanary(document);
    try {
      return (await harness.run(probes)).opened;
    } finally {
      await harness.close();
    }
  };

  test('the canary says so', async () => {
    expect(await openedIn(withoutItsFunction())).toContain(
      "the session broker's role outside of its function opens a session of canary_b",
    );
  });

  test('it opens none but of its own tenants, by a Deny of its own', async () => {
    expect(await openedIn(withoutItsFunction(), asStranger)).toEqual([]);
    const careless = withoutItsFunction();
    for (const role of ['TenantRole', 'AuditReaderRole']) {
      const { in: policyIn } = policiesOf(template).find(
        ({ title }) => title.startsWith(role) && title.endsWith('/TrustPolicy'),
      ) as PolicyLocation;
      const trust = policyIn(careless);
      trust.Statement = trust.Statement.filter(
        ({ Sid }) => Sid !== 'CanaryAsBrokerOpensItsOwnOnly',
      );
    }
    expect(await openedIn(careless, asStranger)).toHaveLength(2);
  });
});

test.each([
  ['DataPlaneRole', "the data plane's role"],
  ['AuditRole', "the audit function's role"],
])(
  'where %s is trusted again, as before there was a broker, the canary says so',
  async (role, title) => {
    const changed = structuredClone(template);
    const [id] = Object.keys(template.Resources).filter((one) => one.startsWith(role));
    for (const { in: policyIn } of policiesOf(template).filter(({ title: of }) =>
      /^(TenantRole|AuditReaderRole)\/TrustPolicy/.test(of),
    )) {
      for (const statement of policyIn(changed).Statement) {
        const { AWS } = statement.Principal as { AWS: unknown };
        if (statement.Effect === 'Allow') {
          statement.Principal = { AWS: [AWS, { 'Fn::GetAtt': [id, 'Arn'] }].flat() };
        }
      }
    }
    const { opened } = await reportOn(changed);
    expect(opened).toEqual(
      expect.arrayContaining([
        `${title} opens a session of canary_b`,
        `${title} opens an audit session of canary_b`,
      ]),
    );
  },
);
