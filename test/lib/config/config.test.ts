import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readConfig } from '../../../lib/config/config.ts';
import { mostTenants } from '../../../lib/config/tenants.ts';
import { problemsOf } from './problems.ts';

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };

describe('what is not given has a default', () => {
  test('issuer and audience are all that must be given', () => {
    expect(readConfig(needed)).toEqual({
      issuers: [
        {
          issuer: needed.issuer,
          audiences: [needed.audience],
          clientIds: [needed.audience],
          tenantClaim: ['tenant_id'],
          scopeClaims: [['scope'], ['scp']],
        },
      ],
      rotationPeriodInDays: 90,
      deletionWindowInDays: 30,
      tenantIsolation: true,
      registryTtlSeconds: 5,
      dataKeyMaxAgeSeconds: 300,
      dataKeyMaxMessages: 100_000,
      dataKeyMaxBytes: 2 ** 30,
      reconcileEveryMinutes: 15,
      trail: true,
      name: 'TenantKeys',
      trailLockDays: 365,
      trailArchiveAfterDays: 90,
      trailLogRetentionDays: 365,
      postQuantumSignature: true,
      auditRetentionDays: 365,
      functionEvents: true,
      canary: true,
      canaryEveryMinutes: 15,
      corsOrigins: [],
      tenants: [],
      apiRequestsPerSecond: 2000,
      apiBurstRequests: 1000,
      apiGatewayAccount: true,
      memoryMegabytes: {},
      reservedConcurrency: {},
      logRetentionDays: 365,
      tags: {},
      stage: 'v1',
    });
  });

  test.each(['issuer', 'audience'])('without %s the message says what to pass', (key) => {
    const problems = problemsOf({ ...needed, [key]: undefined });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${key} is missing: .* pass -c ${key}=\\S+`));
  });

  test('all problems are said at once, one line each', () => {
    const problems = problemsOf({ stage: 'a/b', rotationPeriodInDays: 1, isuer: 'x' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(
      expect.arrayContaining(['issuer', 'audience', 'stage', 'rotationPeriodInDays', 'isuer']),
    );
    expect(problems).toHaveLength(5);
    for (const problem of problems) expect(problem).not.toContain('\n');
  });
});

const issuer = (name: string) => ({ issuer: name });
const takenOfOneIssuer: [string, string, object][] = [
  ...[
    'https://id.example.com/realms/a',
    'https://id.example.com/',
    'https://id.example.com:8443',
    'http://127.0.0.1:3002',
    'http://localhost:3002',
    'http://[::1]:3002',
  ].map((name): [string, string, object] => ['issuer', name, issuer(name)]),
  ['audience', 'https://api.example.com/', { audiences: ['https://api.example.com/'] }],
  ['tenantClaim', 'custom:tenant_id', { tenantClaim: ['custom:tenant_id'] }],
  ['tenantClaim', 'https://example.com/tenant', { tenantClaim: ['https://example.com/tenant'] }],
];

const taken: [string, unknown, unknown][] = [
  ['rotationPeriodInDays', '90', 90],
  ['rotationPeriodInDays', '2560', 2560],
  ['rotationPeriodInDays', 365, 365],
  ['deletionWindowInDays', '7', 7],
  ['deletionWindowInDays', '30', 30],
  ['tenantIsolation', 'false', false],
  ['tenantIsolation', 'true', true],
  ['tenantIsolation', false, false],
  ['registryTtlSeconds', '0', 0],
  ['dataKeyMaxAgeSeconds', '0', 0],
  ['dataKeyMaxMessages', '1', 1],
  ['auditRetentionDays', '1', 1],
  ['postQuantumSignature', 'false', false],
  ['auditRetentionDays', 3650, 3650],
  ['canary', 'false', false],
  ['functionEvents', 'false', false],
  ['canaryEveryMinutes', '1', 1],
  ['alarmEmail', 'security@example.com', 'security@example.com'],
  ['dataKeyMaxBytes', '1099511627776', 2 ** 40],
  ['reconcileEveryMinutes', '1', 1],
  ['reconcileEveryMinutes', 1440, 1440],
  ['trail', 'false', false],
  ['trail', true, true],
  ['trailLockDays', '1', 1],
  ['trailLockDays', 3650, 3650],
  ['trailArchiveAfterDays', 30, 30],
  ['trailArchiveAfterDays', '3650', 3650],
  ['trailLogRetentionDays', '90', 90],
  ['trailLogRetentionDays', 3653, 3653],
  ['tenants', [], []],
  ['tenants', '[]', []],
  ['tenants', [{ tenantId: 'acme' }], [{ tenantId: 'acme' }]],
  [
    'tenants',
    '[{"tenantId":"acme","displayName":"Acme","rotationPeriodInDays":365},{"tenantId":"globex"}]',
    [{ tenantId: 'acme', displayName: 'Acme', rotationPeriodInDays: 365 }, { tenantId: 'globex' }],
  ],
  ['tableName', 'TenantKeys-TenantTable422B767F-1ABC', 'TenantKeys-TenantTable422B767F-1ABC'],
  ['macKeyTableName', 'mac.keys', 'mac.keys'],
  ['auditTableName', 'x_1', 'x_1'],
  ['stage', 'prod-2_b', 'prod-2_b'],
  ['name', 'Prod', 'Prod'],
  ['name', `A${'1'.repeat(31)}`, `A${'1'.repeat(31)}`],
];

test.each(taken)('%s takes %p', (key, given, expected) => {
  expect(readConfig({ ...needed, [key]: given })).toMatchObject({ [key]: expected });
});

test.each(takenOfOneIssuer)('%s takes %p', (key, given, changed) => {
  expect(readConfig({ ...needed, [key]: given }).issuers).toMatchObject([changed]);
});

const refused: [string, unknown][] = [
  ['issuer', ''],
  ['issuer', 'id.example.com'],
  ['issuer', 'http://id.example.com'],
  ['issuer', 'http://127.0.0.1.example.com'],
  ['issuer', 'http://localhost.example.com'],
  ['issuer', 'http://127.0.0.2'],
  ['issuer', 'ftp://id.example.com'],
  ['issuer', 'https://id.example.com//'],
  ['issuer', 'https://id.example.com?'],
  ['issuer', 'https://id.example.com?a=b'],
  ['issuer', 'https://id.example.com#'],
  ['issuer', 'https://user:password@id.example.com'],
  ['issuer', 'https://ID.example.com'],
  ['issuer', 'https://id.example.com:443'],
  ['issuer', 'https://id.example.com/a/../b'],
  ['issuer', ' https://id.example.com'],
  ['issuer', 42],
  ['audience', ''],
  ['audience', 'two words'],
  ['audience', 'x'.repeat(257)],
  ['audience', ['tenant-keys']],
  ['tenantClaim', ''],
  ['tenantClaim', 'sub'],
  ['tenantClaim', 'scope'],
  ['tenantClaim', 'tenant id'],
  ['name', 'Tenant-Keys'],
  ['name', 'A'],
  ['name', ''],
  ['name', 'Prod*'],
  ['name', 42],
  ['name', `A${'1'.repeat(32)}`],
  ['rotationPeriodInDays', 89],
  ['rotationPeriodInDays', '2561'],
  ['rotationPeriodInDays', '90.5'],
  ['rotationPeriodInDays', '9e1'],
  ['rotationPeriodInDays', ' 90'],
  ['rotationPeriodInDays', ''],
  ['rotationPeriodInDays', '0x5a'],
  ['rotationPeriodInDays', null],
  ['registryTtlSeconds', 61],
  ['registryTtlSeconds', '-1'],
  ['dataKeyMaxAgeSeconds', '3601'],
  ['dataKeyMaxMessages', '1.5'],
  ['dataKeyMaxBytes', 2 ** 40 + 1],
  ['deletionWindowInDays', 6],
  ['deletionWindowInDays', '31'],
  ['deletionWindowInDays', '-7'],
  ['tenantIsolation', 'yes'],
  ['tenantIsolation', 'False'],
  ['tenantIsolation', '0'],
  ['tenantIsolation', 0],
  ['reconcileEveryMinutes', 0],
  ['reconcileEveryMinutes', '1441'],
  ['trail', 'no'],
  ['trail', 1],
  ['trailLockDays', 0],
  ['trailLockDays', '3651'],
  ['trailArchiveAfterDays', 29],
  ['trailArchiveAfterDays', 3651],
  ['trailLogRetentionDays', 60],
  ['trailLogRetentionDays', '100'],
  ['trailLogRetentionDays', ''],
  ['auditRetentionDays', 0],
  ['postQuantumSignature', 'ml-dsa'],
  ['auditRetentionDays', '3651'],
  ['canary', 'no'],
  ['functionEvents', 'no'],
  ['canaryEveryMinutes', 0],
  ['alarmEmail', 'nobody'],
  ['alarmEmail', 'a b@example.com'],
  ['alarmEmail', ''],
  ['trailLogGroup', '/organization/trail'],
  ['tenants', ''],
  ['tenants', 'acme'],
  ['tenants', '[{'],
  ['tenants', null],
  ['tenants', { tenantId: 'acme' }],
  ['tenants', Array.from({ length: mostTenants + 1 }, (_, index) => ({ tenantId: `t-${index}` }))],
  ['tableName', 'ab'],
  ['tableName', ''],
  ['macKeyTableName', 'a'.repeat(256)],
  ['auditTableName', 'arn:aws:dynamodb:eu-central-1:111122223333:table/events'],
  ['stage', ''],
  ['stage', 'v1/x'],
  ['stage', '$default'],
  ['stage', 'x'.repeat(129)],
];

test.each(refused)('%s refuses %p, in one line that names it', (key, given) => {
  const problems = problemsOf({ ...needed, [key]: given });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${key} must be [^\n]+$`));
});

const tenantsRefused: [string, unknown, string][] = [
  ['a member that is none', ['acme'], 'tenants[0]:'],
  ['an id that is none', [{ tenantId: 'Acme' }], 'tenants[0].tenantId:'],
  ['no id', [{ displayName: 'Acme' }], 'tenants[0].tenantId:'],
  [
    'an id that is there twice',
    [{ tenantId: 'acme' }, { tenantId: 'acme', displayName: 'Other' }],
    'tenants[1].tenantId: acme stands',
  ],
  ['a period as text', [{ tenantId: 'acme', rotationPeriodInDays: '90' }], 'tenants[0].rotation'],
  ['a period too short', [{ tenantId: 'acme', rotationPeriodInDays: 89 }], 'tenants[0].rotation'],
  ['an empty name', [{ tenantId: 'acme', displayName: '' }], 'tenants[0].displayName:'],
  ['a member nobody knows', [{ tenantId: 'acme', name: 'x' }], 'tenants[0]: Unrecognized'],
];

test.each(tenantsRefused)('tenants refuses %s, and says where it is', (_, tenants, start) => {
  for (const given of [tenants, JSON.stringify(tenants)]) {
    const problems = problemsOf({ ...needed, tenants: given });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, start.length)).toBe(start);
  }
});

test("an organization's log group is taken without a trail of one's own, and only by its name", () => {
  const trailLogGroup = '/organization/trail';
  expect(readConfig({ ...needed, trail: false, trailLogGroup })).toMatchObject({ trailLogGroup });
  const arn = 'arn:aws:logs:us-east-1:111122223333:log-group:x';
  expect(problemsOf({ ...needed, trail: false, trailLogGroup: arn })).toHaveLength(1);
});

describe('an unknown key', () => {
  test.each(['isuer', 'Issuer', 'tenant_claim', 'rotationPeriod'])('%s is a problem', (key) => {
    expect(problemsOf({ ...needed, [key]: 'x' })).toEqual([
      expect.stringMatching(new RegExp(`^${key} is not a context key of this stack, which has`)),
    ]);
  });

  test.each([
    '@aws-cdk/aws-iam:minimizePolicies',
    'aws:cdk:bundling-stacks',
    'availability-zones:account=111122223333:region=us-east-1',
  ])("CDK's own %s is none", (key) => {
    expect(problemsOf({ ...needed, [key]: true })).toEqual([]);
  });
});

test('an issuer that is taken is an origin with a path, exactly as it was given', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (issuer) => {
      if (problemsOf({ ...needed, issuer }).length > 0) return;
      expect(issuer).toMatch(/^https:\/\/[^?#]*[^/?#]\/?$/);
      expect(readConfig({ ...needed, issuer }).issuers[0]?.issuer).toBe(issuer);
    }),
  );
});
