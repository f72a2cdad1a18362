/** What an operator changes of a tenant's key by hand, and what one run and the next make of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alias, lines, openWorld, short, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

type Tenant = Awaited<ReturnType<World['makeTenant']>>;

const rotationOf = async ({ keyArn }: Tenant) => {
  const status = await world.kms.getKeyRotationStatus({ KeyId: keyArn });
  return status.KeyRotationEnabled ? status.RotationPeriodInDays : 0;
};
const aliasTarget = async ({ tenantId }: Tenant) =>
  (await world.kms.describeKey({ KeyId: alias(tenantId) })).KeyMetadata?.Arn;
const policyOf = async ({ keyArn }: Tenant) =>
  JSON.parse((await world.kms.getKeyPolicy({ KeyId: keyArn })).Policy as string);
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

test('all of it in one run, and nothing in the next', async () => {
  const { kms } = world;
  const [off, period, unnamed, moved, policy, resumed, cancelled, other] = [
    await world.makeTenant(),
    await world.makeTenant(),
    await world.makeTenant(),
    await world.makeTenant(),
    await world.makeTenant(),
    await world.makeTenant('suspend'),
    await world.makeTenant('offboard'),
    await world.makeTenant(),
  ];
  await kms.disableKeyRotation({ KeyId: off.keyArn });
  await kms.enableKeyRotation({ KeyId: period.keyArn, RotationPeriodInDays: 2560 });
  await kms.deleteAlias({ AliasName: alias(unnamed.tenantId) });
  await kms.updateAlias({ AliasName: alias(moved.tenantId), TargetKeyId: other.keyArn });
  await kms.putKeyPolicy({ KeyId: policy.keyArn, Policy: openPolicy() });
  await kms.enableKey({ KeyId: resumed.keyArn });
  await kms.cancelKeyDeletion({ KeyId: cancelled.keyArn });
  await kms.enableKey({ KeyId: cancelled.keyArn });

  const { found, summary } = await world.run();
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
  expect(await policyOf(policy)).toEqual(world.keyPolicyOf(policy.tenantId));
  expect(await world.keyState(resumed.keyArn)).toBe('Disabled');
  expect(await world.keyState(cancelled.keyArn)).toBe('PendingDeletion');

  const again = await world.run();
  expect([again.found, again.summary.undelivered]).toEqual([[], 0]);
});

test('each finding is an event, a line and a metric', async () => {
  const { tenantId, keyArn } = await world.makeTenant();
  await world.kms.deleteAlias({ AliasName: alias(tenantId) });
  await world.run();
  const isOf = ({ detail }: { detail: Readonly<Record<string, unknown>> }) =>
    detail.tenantId === tenantId;
  const [event, ...others] = world.events.filter(isOf);
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
  const { tenantId, keyArn } = await world.makeTenant();
  await world.kms.disableKeyRotation({ KeyId: keyArn });
  const { summary, found } = await world.run({ eventsAs: 'ControlPlaneRole' });
  expect([found.map(short), summary.undelivered]).toEqual([['rotation repaired'], 1]);
  expect(lines.some((line) => line.includes(tenantId) && line.includes('"Findings":1'))).toBe(true);
});

test('all at once of one tenant is mended at once, and his lease is given up', async () => {
  const { tenantId, keyArn } = await world.makeTenant();
  await world.kms.disableKeyRotation({ KeyId: keyArn });
  await world.kms.deleteAlias({ AliasName: alias(tenantId) });
  await world.kms.putKeyPolicy({ KeyId: keyArn, Policy: openPolicy() });
  expect(await world.findingsOf(tenantId)).toEqual([
    'key-policy repaired',
    'rotation repaired',
    'alias repaired',
  ]);
  expect(await world.row(tenantId)).not.toHaveProperty('lease');
  expect(await world.findingsOf(tenantId)).toEqual([]);
});

describe('what would give the use of a key back is only reported', () => {
  test.each([
    ['a disabled key of an ACTIVE tenant', undefined, 'Disabled'],
    ['a key of an ACTIVE tenant that is pending deletion', undefined, 'PendingDeletion'],
    ['a key of a SUSPENDED tenant that is pending deletion', 'suspend', 'PendingDeletion'],
  ] as const)('%s', async (_, intent, state) => {
    const { tenantId, keyArn } = await world.makeTenant(intent);
    if (state === 'Disabled') await world.kms.disableKey({ KeyId: keyArn });
    else await world.kms.scheduleKeyDeletion({ KeyId: keyArn, PendingWindowInDays: 30 });
    const before = await world.everythingOf(keyArn);
    expect(await world.findingsOf(tenantId)).toEqual(['key-unusable reported']);
    expect(await world.everythingOf(keyArn)).toBe(before);
    await world.put({ ...(await world.raw(tenantId)), status: 'ERASED' });
  });
});

describe('a policy that denies the reconciler', () => {
  test.each([
    [['kms:GetKeyPolicy', 'kms:GetKeyRotationStatus']],
    [['kms:DescribeKey', 'kms:EnableKeyRotation']],
  ])('%j, is put right', async (denied) => {
    const tenant = await world.makeTenant();
    const Policy = openPolicy(...denied);
    await world.kms.putKeyPolicy({ KeyId: tenant.keyArn, Policy });
    expect(await world.findingsOf(tenant.tenantId)).toEqual(['key-policy repaired']);
    expect(await policyOf(tenant)).toEqual(world.keyPolicyOf(tenant.tenantId));
  });

  test.each([
    ['and all the rest follows', {}, ['key-policy repaired', 'key-enabled repaired']],
    [
      'and a transition that was cut off is finished',
      { intent: 'suspend' },
      ['key-policy repaired', 'unfinished-step repaired'],
    ],
  ])('to disable the key of a SUSPENDED tenant, is put right, %s', async (_, change, findings) => {
    const { tenantId, keyArn } = await world.makeTenant('suspend', change);
    await world.kms.enableKey({ KeyId: keyArn });
    const Policy = openPolicy('kms:DisableKey', 'kms:DescribeKey');
    await world.kms.putKeyPolicy({ KeyId: keyArn, Policy });
    expect(await world.findingsOf(tenantId)).toEqual(findings);
    expect([await world.keyState(keyArn), (await world.row(tenantId)).intent]).toEqual([
      'Disabled',
      undefined,
    ]);
  });

  test.each([
    ['to change it, is a failure', ['kms:PutKeyPolicy'], 'key-policy failed'],
    ['everything, is a failure', ['kms:*'], 'key-unreadable failed'],
  ])('%s, and the others have their turn', async (_, denied, finding) => {
    const [tenant, other] = [await world.makeTenant(), await world.makeTenant()];
    await world.kms.putKeyPolicy({ KeyId: tenant.keyArn, Policy: openPolicy(...denied) });
    await world.kms.disableKeyRotation({ KeyId: other.keyArn });
    const { found } = await world.run();
    expect(found.map((one) => [one.tenantId, short(one)]).sort()).toEqual(
      [
        [tenant.tenantId, finding],
        [other.tenantId, 'rotation repaired'],
      ].sort(),
    );
    expect(await world.row(tenant.tenantId)).not.toHaveProperty('lease');
    await world.kms.putKeyPolicy({
      KeyId: tenant.keyArn,
      Policy: JSON.stringify(world.keyPolicyOf(tenant.tenantId)),
    });
  });
});

describe("somebody else's work", () => {
  test('is not disturbed: a tenant under a lease is left alone', async () => {
    const lease = { holder: 'another', expiresAt: Date.now() + 60_000 };
    const { tenantId, keyArn } = await world.makeTenant(undefined, { lease, intent: 'suspend' });
    await world.kms.disableKeyRotation({ KeyId: keyArn });
    const { found, summary } = await world.run();
    expect([found, summary.busy]).toEqual([[], 1]);
    expect(await world.row(tenantId)).toMatchObject({ lease, intent: 'suspend' });
    await world.put({ ...(await world.raw(tenantId)), lease: undefined, status: 'ERASED' });
  });

  test('between the look and the repair comes first: nothing is done on what was seen before', async () => {
    const { tenantId, keyArn } = await world.makeTenant();
    await world.kms.disableKeyRotation({ KeyId: keyArn });
    let suspended = false;
    const before = async (operation: string) => {
      if (operation !== 'GetKeyRotationStatus' || suspended) return;
      suspended = true;
      await world.invoke(tenantId, { intent: 'suspend' });
    };
    expect(await world.findingsOf(tenantId, { before })).toEqual([]);
    expect(await world.keyState(keyArn)).toBe('Disabled');
  });

  test('two reconcilers at once repair a thing once between them', async () => {
    const tenants = [];
    for (let count = 0; count < 5; count += 1) tenants.push(await world.makeTenant());
    for (const { tenantId } of tenants) {
      await world.kms.deleteAlias({ AliasName: alias(tenantId) });
    }
    const runs = await Promise.all([world.run(), world.run()]);
    const found = runs.flatMap((run) => run.found);
    expect(found.map(short)).toEqual(Array(5).fill('alias repaired'));
    expect((await world.run()).found).toEqual([]);
  });
});
