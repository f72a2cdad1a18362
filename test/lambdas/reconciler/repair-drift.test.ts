/** Manual changes of a tenant's key, and what the next two invocations of the reconciler do about them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alias, lines, openReconcilerHarness, type ReconcilerHarness, short } from './harness.ts';

let harness: ReconcilerHarness;
beforeAll(async () => {
  harness = await openReconcilerHarness();
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<ReconcilerHarness['makeTenant']>>;

const rotationOf = async ({ keyArn }: Tenant) => {
  const status = await harness.kms.getKeyRotationStatus({ KeyId: keyArn });
  return status.KeyRotationEnabled ? status.RotationPeriodInDays : 0;
};
const aliasTarget = async ({ tenantId }: Tenant) =>
  (await harness.kms.describeKey({ KeyId: alias(tenantId) })).KeyMetadata?.Arn;
const policyOf = async ({ keyArn }: Tenant) =>
  JSON.parse((await harness.kms.getKeyPolicy({ KeyId: keyArn })).Policy as string);
const root = { AWS: 'arn:aws:iam::111122223333:root' };
const openPolicy = (...denied: string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' },
      ...(denied.length === 0
        ? []
        : [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: denied,
              Resource: '*',
              Condition: {
                ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*Reconciler*' },
              },
            },
          ]),
    ],
  });

test('all of them are repaired in one invocation, and nothing is found in the next', async () => {
  const { kms } = harness;
  const [off, period, unnamed, moved, policy, resumed, cancelled, other] = [
    await harness.makeTenant(),
    await harness.makeTenant(),
    await harness.makeTenant(),
    await harness.makeTenant(),
    await harness.makeTenant(),
    await harness.makeTenant('suspend'),
    await harness.makeTenant('offboard'),
    await harness.makeTenant(),
  ];
  await kms.disableKeyRotation({ KeyId: off.keyArn });
  await kms.enableKeyRotation({ KeyId: period.keyArn, RotationPeriodInDays: 2560 });
  await kms.deleteAlias({ AliasName: alias(unnamed.tenantId) });
  await kms.updateAlias({ AliasName: alias(moved.tenantId), TargetKeyId: other.keyArn });
  await kms.putKeyPolicy({ KeyId: policy.keyArn, Policy: openPolicy() });
  await kms.enableKey({ KeyId: resumed.keyArn });
  await kms.cancelKeyDeletion({ KeyId: cancelled.keyArn });
  await kms.enableKey({ KeyId: cancelled.keyArn });

  const { found, summary } = await harness.reconcile();
  expect(Object.fromEntries(found.map((one) => [one.tenantId, short(one)]))).toEqual({
    [off.tenantId]: 'rotation repaired',
    [period.tenantId]: 'rotation repaired',
    [unnamed.tenantId]: 'alias repaired',
    [moved.tenantId]: 'alias repaired',
    [policy.tenantId]: 'key-policy repaired',
    [resumed.tenantId]: 'key-enabled repaired',
    [cancelled.tenantId]: 'deletion-cancelled repaired',
  });
  expect([summary.complete, summary.findings.repaired]).toEqual([true, 7]);
  expect([await rotationOf(off), await rotationOf(period)]).toEqual([90, 90]);
  expect([await aliasTarget(unnamed), await aliasTarget(moved)]).toEqual([
    unnamed.keyArn,
    moved.keyArn,
  ]);
  expect(await policyOf(policy)).toEqual(harness.keyPolicyOf(policy.tenantId));
  expect(await harness.keyState(resumed.keyArn)).toBe('Disabled');
  expect(await harness.keyState(cancelled.keyArn)).toBe('PendingDeletion');

  const again = await harness.reconcile();
  expect([again.found, again.summary.undelivered]).toEqual([[], 0]);
});

test('each finding is an event, a line and a metric', async () => {
  const { tenantId, keyArn } = await harness.makeTenant();
  await harness.kms.deleteAlias({ AliasName: alias(tenantId) });
  await harness.reconcile();
  const isOf = ({ detail }: { detail: Readonly<Record<string, unknown>> }) =>
    detail.tenantId === tenantId;
  const [event, ...others] = harness.events.filter(isOf);
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    source: 'tenant-keys',
    'detail-type': 'Reconciler finding',
    resources: [keyArn],
    detail: { kind: 'alias', outcome: 'repaired', tenantId, keyArn, detail: expect.any(String) },
  });
  const line = JSON.parse(lines.findLast((text) => text.includes(tenantId)) as string);
  expect(line).toMatchObject({
    message: 'finding',
    Findings: 1,
    kind: 'alias',
    outcome: 'repaired',
  });
  const [metric] = line._aws.CloudWatchMetrics;
  expect(metric.Dimensions).toEqual([['kind', 'outcome']]);
});

test('an event that is not taken is counted, and stops nothing', async () => {
  const { tenantId, keyArn } = await harness.makeTenant();
  await harness.kms.disableKeyRotation({ KeyId: keyArn });
  const { summary, found } = await harness.reconcile({ eventsAs: 'ControlPlaneRole' });
  expect([found.map(short), summary.undelivered]).toEqual([['rotation repaired'], 1]);
  expect(lines.some((line) => line.includes(tenantId) && line.includes('"Findings":1'))).toBe(true);
});

test('several changes of one key are repaired in one invocation, and the lease is given up', async () => {
  const { tenantId, keyArn } = await harness.makeTenant();
  await harness.kms.disableKeyRotation({ KeyId: keyArn });
  await harness.kms.deleteAlias({ AliasName: alias(tenantId) });
  await harness.kms.putKeyPolicy({ KeyId: keyArn, Policy: openPolicy() });
  expect(await harness.findingsOf(tenantId)).toEqual([
    'key-policy repaired',
    'rotation repaired',
    'alias repaired',
  ]);
  expect(await harness.row(tenantId)).not.toHaveProperty('lease');
  expect(await harness.findingsOf(tenantId)).toEqual([]);
});

describe('what would give use of a key back is only reported', () => {
  test.each([
    ['a disabled key of an ACTIVE tenant', undefined, 'Disabled'],
    ['a key of an ACTIVE tenant that is pending deletion', undefined, 'PendingDeletion'],
    ['a key of a SUSPENDED tenant that is pending deletion', 'suspend', 'PendingDeletion'],
  ] as const)('%s', async (_, intent, state) => {
    const { tenantId, keyArn } = await harness.makeTenant(intent);
    if (state === 'Disabled') await harness.kms.disableKey({ KeyId: keyArn });
    else await harness.kms.scheduleKeyDeletion({ KeyId: keyArn, PendingWindowInDays: 30 });
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(tenantId)).toEqual(['key-unusable reported']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
    await harness.putAway(tenantId, keyArn);
  });
});

describe('a policy that denies the reconciler', () => {
  test.each([
    [['kms:GetKeyPolicy', 'kms:GetKeyRotationStatus']],
    [['kms:GetKeyPolicy', 'kms:EnableKeyRotation']],
  ])('%j, is put right', async (denied) => {
    const tenant = await harness.makeTenant();
    const Policy = openPolicy(...denied);
    await harness.kms.putKeyPolicy({ KeyId: tenant.keyArn, Policy });
    expect(await harness.findingsOf(tenant.tenantId)).toEqual(['key-policy repaired']);
    expect(await policyOf(tenant)).toEqual(harness.keyPolicyOf(tenant.tenantId));
  });

  test.each([
    ['and all the rest follows', {}, ['key-policy repaired', 'key-enabled repaired']],
    [
      'and a transition that was cut off is finished',
      { intent: 'suspend' },
      ['key-policy repaired', 'unfinished-step repaired'],
    ],
  ])('to disable the key of a SUSPENDED tenant, is put right, %s', async (_, change, findings) => {
    const { tenantId, keyArn } = await harness.makeTenant('suspend', change);
    await harness.kms.enableKey({ KeyId: keyArn });
    const Policy = openPolicy('kms:DisableKey', 'kms:GetKeyPolicy');
    await harness.kms.putKeyPolicy({ KeyId: keyArn, Policy });
    expect(await harness.findingsOf(tenantId)).toEqual(findings);
    expect([await harness.keyState(keyArn), (await harness.row(tenantId)).intent]).toEqual([
      'Disabled',
      undefined,
    ]);
  });

  test.each([
    ['to change it, is a failure', ['kms:PutKeyPolicy'], 'key-policy failed'],
    ['everything, is a failure', ['kms:*'], 'key-unreadable failed'],
  ])('%s, and the other tenants are reconciled', async (_, denied, finding) => {
    const [tenant, other] = [await harness.makeTenant(), await harness.makeTenant()];
    await harness.kms.putKeyPolicy({ KeyId: tenant.keyArn, Policy: openPolicy(...denied) });
    await harness.kms.disableKeyRotation({ KeyId: other.keyArn });
    const { found } = await harness.reconcile();
    expect(found.map((one) => [one.tenantId, short(one)]).sort()).toEqual(
      [
        [tenant.tenantId, finding],
        [other.tenantId, 'rotation repaired'],
      ].sort(),
    );
    expect(await harness.row(tenant.tenantId)).not.toHaveProperty('lease');
    await harness.kms.putKeyPolicy({
      KeyId: tenant.keyArn,
      Policy: JSON.stringify(harness.keyPolicyOf(tenant.tenantId)),
    });
  });
});

describe("another invocation's work", () => {
  test('is not disturbed: a tenant under a lease is left alone', async () => {
    const { busy } = (await harness.reconcile()).summary;
    const lease = { holder: 'another', expiresAt: Date.now() + 60_000 };
    const { tenantId, keyArn } = await harness.makeTenant(undefined, { lease, intent: 'suspend' });
    await harness.kms.disableKeyRotation({ KeyId: keyArn });
    const { found, summary } = await harness.reconcile();
    expect([found, summary.busy]).toEqual([[], busy + 1]);
    expect(await harness.row(tenantId)).toMatchObject({ lease, intent: 'suspend' });
    await harness.putAway(tenantId, keyArn);
  });

  test('is none where the lease lasts longer than any invocation: somebody has written it', async () => {
    for (const minutes of [20, 60 * 24 * 365]) {
      const lease = { holder: 'another', expiresAt: Date.now() + minutes * 60_000 };
      const { tenantId, keyArn } = await harness.makeTenant(undefined, { lease });
      await harness.kms.disableKeyRotation({ KeyId: keyArn });
      expect(await harness.findingsOf(tenantId)).toEqual(['rotation repaired']);
      expect((await harness.row(tenantId)).lease).toBeUndefined();
    }
  });

  test('between observation and repair comes first: nothing is done by what was observed before it', async () => {
    const { tenantId, keyArn } = await harness.makeTenant();
    await harness.kms.disableKeyRotation({ KeyId: keyArn });
    let suspended = false;
    const before = async (operation: string) => {
      if (operation !== 'GetKeyRotationStatus' || suspended) return;
      suspended = true;
      await harness.invoke(tenantId, { intent: 'suspend' });
    };
    expect(await harness.findingsOf(tenantId, { before })).toEqual([]);
    expect(await harness.keyState(keyArn)).toBe('Disabled');
  });

  test('and another reconciler: of two at once, one makes each repair', async () => {
    const tenants = [];
    for (let count = 0; count < 5; count += 1) tenants.push(await harness.makeTenant());
    for (const { tenantId } of tenants) {
      await harness.kms.deleteAlias({ AliasName: alias(tenantId) });
    }
    const runs = await Promise.all([harness.reconcile(), harness.reconcile()]);
    const found = runs.flatMap((run) => run.found);
    expect(found.map(short)).toEqual(Array(5).fill('alias repaired'));
    expect((await harness.reconcile()).found).toEqual([]);
  });
});
