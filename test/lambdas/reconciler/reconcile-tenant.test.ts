/** Rows of unfinished operations, rows at their end, invalid rows, and rows that name a key of another tenant. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowOf } from '../../harness/tenant-row.ts';
import { alias, lines, openReconcilerHarness, type ReconcilerHarness, short } from './harness.ts';

let harness: ReconcilerHarness;
beforeAll(async () => {
  harness = await openReconcilerHarness();
});
afterAll(() => harness.close());

const stateOf = async (tenantId: string) => {
  const { status, intent, lease, keyArn } = await harness.row(tenantId);
  return [status, await harness.keyState(keyArn as string), intent, lease]
    .filter((part) => part)
    .join(' ');
};
const expired = { holder: 'another', expiresAt: 1 };

describe('a transition that was cut off is finished', () => {
  test.each([
    ['suspend', undefined, { status: 'SUSPENDED' }, 'SUSPENDED Disabled'],
    ['resume', 'suspend', {}, 'ACTIVE Enabled'],
    ['restore', 'offboard', {}, 'ACTIVE Enabled'],
    ['offboard', 'offboard', {}, 'OFFBOARDING PendingDeletion'],
  ] as const)('%s', async (intent, begun, change, ended) => {
    const { tenantId } = await harness.makeTenant(begun, { ...change, intent, lease: expired });
    expect(await harness.findingsOf(tenantId)).toEqual(['unfinished-step repaired']);
    expect(await stateOf(tenantId)).toBe(ended);
    expect(await harness.findingsOf(tenantId)).toEqual([]);
  });

  test('and what has drifted besides is repaired in the same invocation', async () => {
    const { tenantId, keyArn } = await harness.makeTenant('suspend', { intent: 'resume' });
    await harness.kms.deleteAlias({ AliasName: alias(tenantId) });
    expect(await harness.findingsOf(tenantId)).toEqual([
      'unfinished-step repaired',
      'alias repaired',
    ]);
    expect((await harness.kms.describeKey({ KeyId: alias(tenantId) })).KeyMetadata?.Arn).toBe(
      keyArn,
    );
  });
});

describe('a rotation on demand', () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  async function makeRotation(state: 'requested' | 'accepted', minutes: number) {
    const { tenantId, keyArn } = await harness.makeTenant();
    const { KeyMetadata } = await harness.kms.describeKey({ KeyId: keyArn });
    const supersededKeyMaterialId = KeyMetadata?.CurrentKeyMaterialId;
    const rotation = { supersededKeyMaterialId, requestedAt: minutesAgo(minutes), state };
    await harness.put({ ...(await harness.raw(tenantId)), rotation });
    return { tenantId, keyArn, rotation };
  }
  const rotationOf = async (tenantId: string) => (await harness.row(tenantId)).rotation;

  test('that KMS shows is written down as accepted', async () => {
    const { tenantId, keyArn, rotation } = await makeRotation('requested', 0);
    await harness.kms.rotateKeyOnDemand({ KeyId: keyArn });
    expect(await harness.findingsOf(tenantId)).toEqual(['on-demand-rotation repaired']);
    expect(await rotationOf(tenantId)).toEqual({ ...rotation, state: 'accepted' });
    expect(await harness.findingsOf(tenantId)).toEqual([]);
  });

  test('that KMS does not show is given up after five minutes, not before, and never asked for', async () => {
    const { tenantId, keyArn, rotation } = await makeRotation('requested', 4);
    expect(await harness.findingsOf(tenantId)).toEqual([]);
    expect(await rotationOf(tenantId)).toEqual(rotation);
    const old = { ...rotation, requestedAt: minutesAgo(5) };
    await harness.put({ ...(await harness.raw(tenantId)), rotation: old });
    expect(await harness.findingsOf(tenantId)).toEqual(['on-demand-rotation repaired']);
    expect(await rotationOf(tenantId)).toBeUndefined();
    expect((await harness.kms.listKeyRotations({ KeyId: keyArn })).Rotations).toEqual([]);
  });

  test('that KMS accepted a day ago, and has not done, is reported', async () => {
    const day = 24 * 60;
    const { tenantId, rotation } = await makeRotation('accepted', day + 1);
    expect(await harness.findingsOf(tenantId)).toEqual(['on-demand-rotation reported']);
    expect(await rotationOf(tenantId)).toEqual(rotation);
    const { tenantId: recent } = await makeRotation('accepted', day - 1);
    expect(await harness.findingsOf(recent)).toEqual([]);
  });

  test('another invocation is at work on is left alone', async () => {
    const { tenantId, rotation } = await makeRotation('requested', 60);
    const lease = { holder: 'another', expiresAt: Date.now() + 60_000 };
    await harness.put({ ...(await harness.raw(tenantId)), lease });
    expect(await harness.findingsOf(tenantId)).toEqual([]);
    expect(await rotationOf(tenantId)).toEqual(rotation);
  });

  test('is settled for a tenant that was suspended meanwhile, and what has drifted is repaired besides', async () => {
    const { tenantId, keyArn } = await makeRotation('requested', 60);
    await harness.invoke(tenantId, { intent: 'suspend' });
    await harness.kms.deleteAlias({ AliasName: alias(tenantId) });
    expect(await harness.findingsOf(tenantId)).toEqual([
      'on-demand-rotation repaired',
      'alias repaired',
    ]);
    expect([await rotationOf(tenantId), await harness.keyState(keyArn)]).toEqual([
      undefined,
      'Disabled',
    ]);
  });
});

describe('an onboarding that was cut off', () => {
  const unfinished = async (change: object) => {
    const tenantId = harness.newId();
    await harness.put({
      ...rowOf({ tenantId, status: 'PROVISIONING' }),
      keyArn: undefined,
      ...change,
    });
    return tenantId;
  };

  test('with a key that was never written down is finished', async () => {
    const tenantId = await unfinished({
      keyRequestedAt: '2026-01-01T00:00:00.000Z',
      lease: expired,
    });
    const keyArn = await harness.makeKey(tenantId);
    expect(await harness.findingsOf(tenantId)).toEqual(['unfinished-onboarding repaired']);
    expect([await stateOf(tenantId), (await harness.row(tenantId)).keyArn]).toEqual([
      'ACTIVE Enabled',
      keyArn,
    ]);
    expect(await harness.findingsOf(tenantId)).toEqual([]);
  });

  test('without a key is removed', async () => {
    const tenantId = await unfinished({ lease: expired });
    expect(await harness.findingsOf(tenantId)).toEqual(['unfinished-onboarding repaired']);
    expect(await harness.raw(tenantId)).toBeUndefined();
  });

  test('whose row names the key of another tenant is not finished', async () => {
    const { keyArn } = await harness.makeTenant();
    const before = await harness.everythingOf(keyArn);
    const tenantId = await unfinished({ keyArn });
    expect(await harness.findingsOf(tenantId)).toEqual(['key-tags reported']);
    expect([await harness.everythingOf(keyArn), (await harness.row(tenantId)).status]).toEqual([
      before,
      'PROVISIONING',
    ]);
  });
});

describe('the end of a tenant', () => {
  const gone = (keyArn: string) => keyArn.replace(/[^/]*$/, '00000000-0000-4000-8000-000000000000');

  test('is written down once KMS has no such key', async () => {
    const { tenantId, keyArn } = await harness.makeTenant('offboard');
    await harness.put({ ...(await harness.raw(tenantId)), keyArn: gone(keyArn) });
    expect(await harness.findingsOf(tenantId)).toEqual(['key-erased repaired']);
    expect(await harness.row(tenantId)).toMatchObject({
      status: 'ERASED',
      erasedAt: expect.any(String),
    });
    expect(await harness.findingsOf(tenantId)).toEqual([]);
  });

  test('does not come by a missing key of a tenant that was not offboarded: that is reported', async () => {
    const { tenantId, keyArn } = await harness.makeTenant();
    await harness.put({ ...(await harness.raw(tenantId)), keyArn: gone(keyArn) });
    expect(await harness.findingsOf(tenantId)).toEqual(['key-missing reported']);
    expect((await harness.row(tenantId)).status).toBe('ACTIVE');
  });

  test.each([
    ['region', (arn: string) => arn.replace('us-east-1', 'eu-west-1')],
    ['account', (arn: string) => arn.replace('111122223333', '444455556666')],
  ])('does not come by a key of another %s', async (_, elsewhere) => {
    const { tenantId, keyArn } = await harness.makeTenant('offboard');
    await harness.put({ ...(await harness.raw(tenantId)), keyArn: elsewhere(keyArn) });
    expect(await harness.findingsOf(tenantId)).toEqual(['key-elsewhere reported']);
    expect((await harness.row(tenantId)).status).toBe('OFFBOARDING');
  });
});

describe("where a row names a key that is not the tenant's, the key is not touched", () => {
  const foreign = async () => {
    const { KeyMetadata } = await harness.kms.createKey({});
    return KeyMetadata?.Arn as string;
  };
  const neighbour = async () => (await harness.makeTenant()).keyArn;

  test.each([
    ['a foreign key', foreign, 'SUSPENDED', undefined],
    ["a neighbour's key", neighbour, 'SUSPENDED', undefined],
    ["a neighbour's key, with a transition to be finished", neighbour, 'SUSPENDED', 'suspend'],
    ["a neighbour's key, in an offboarding", neighbour, 'OFFBOARDING', 'offboard'],
  ] as const)('%s', async (_, make, status, intent) => {
    const { tenantId } = await harness.makeTenant();
    const keyArn = await make();
    const before = await harness.everythingOf(keyArn);
    const raw = await harness.raw(tenantId);
    const row = { ...raw, keyArn, status, ...(intent !== undefined && { intent }) };
    await harness.put(row);
    expect(await harness.findingsOf(tenantId)).toEqual(['key-tags reported']);
    expect([await harness.everythingOf(keyArn), await harness.raw(tenantId)]).toEqual([
      before,
      row,
    ]);
  });

  test('a key whose tag was changed to a neighbour: it is reported, not retagged', async () => {
    const { tenantId, keyArn } = await harness.makeTenant();
    await harness.kms.disableKeyRotation({ KeyId: keyArn });
    const Tags = [{ TagKey: 'TenantId', TagValue: 'somebody-else' }];
    await harness.kms.tagResource({ KeyId: keyArn, Tags });
    const before = await harness.everythingOf(keyArn);
    expect(await harness.findingsOf(tenantId)).toEqual(['key-tags reported']);
    expect(await harness.everythingOf(keyArn)).toBe(before);
  });
});

test('an alias on a foreign key is reported, and neither is touched', async () => {
  const { tenantId, keyArn } = await harness.makeTenant();
  const other = (await harness.kms.createKey({})).KeyMetadata?.Arn as string;
  await harness.kms.updateAlias({ AliasName: alias(tenantId), TargetKeyId: other });
  const before = [await harness.everythingOf(keyArn), await harness.everythingOf(other)];
  expect(await harness.findingsOf(tenantId)).toEqual(['alias reported']);
  expect([await harness.everythingOf(keyArn), await harness.everythingOf(other)]).toEqual(before);
});

describe('a row that does not parse', () => {
  test.each([
    ['an unknown status', { status: 'FROZEN' }, 'status'],
    ['an attribute of a later version', { colour: 'a secret' }, 'colour'],
    ['a version that is no number', { version: 'a secret' }, 'version'],
  ])('%s: is reported by the names of its attributes, and not touched', async (_, change, name) => {
    const { tenantId, keyArn } = await harness.makeTenant();
    await harness.kms.disableKeyRotation({ KeyId: keyArn });
    const row = { ...(await harness.raw(tenantId)), ...change };
    await harness.put(row);
    const before = await harness.everythingOf(keyArn);
    const { found } = await harness.reconcile();
    const [finding] = found.filter((one) => one.tenantId === tenantId);
    expect(finding).toMatchObject({ kind: 'row-invalid', detail: expect.stringContaining(name) });
    expect([await harness.everythingOf(keyArn), await harness.raw(tenantId)]).toEqual([
      before,
      row,
    ]);
    expect(lines.join('')).not.toContain('a secret');
  });
});

describe('time', () => {
  test('that is over: no tenant is begun, and that is no failure', async () => {
    const { keyArn } = await harness.makeTenant();
    await harness.kms.disableKeyRotation({ KeyId: keyArn });
    const { summary } = await harness.reconcile({ ms: 1000 });
    expect(summary).toMatchObject({ complete: false, tenants: 0 });
    expect((await harness.kms.getKeyRotationStatus({ KeyId: keyArn })).KeyRotationEnabled).toBe(
      false,
    );
  });

  test('that runs out in the middle: no lease is left, and the next invocation does the rest', async () => {
    const tenants: Awaited<ReturnType<ReconcilerHarness['makeTenant']>>[] = [];
    for (let count = 0; count < 25; count += 1) tenants.push(await harness.makeTenant());
    for (const { keyArn } of tenants) await harness.kms.disableKeyRotation({ KeyId: keyArn });
    const { summary, found } = await harness.reconcile({ ms: 56_200 });
    expect(summary.complete).toBe(false);
    const repaired = found.filter((one) => short(one) === 'rotation repaired').length;
    expect(repaired).toBeLessThan(25);
    for (const { tenantId } of tenants) {
      expect(await harness.row(tenantId)).not.toHaveProperty('lease');
    }
    const rest = await harness.reconcile();
    const repairedLater = rest.found.filter(({ tenantId, kind }) => {
      return kind === 'rotation' && tenants.some((tenant) => tenant.tenantId === tenantId);
    });
    expect(repaired + repairedLater.length).toBeGreaterThanOrEqual(25);
  });
});

test('a failure of one tenant is a finding, and stops no other', async () => {
  const [bad, good] = [await harness.makeTenant(), await harness.makeTenant()];
  for (const { keyArn } of [bad, good]) await harness.kms.disableKeyRotation({ KeyId: keyArn });
  let failed = false;
  const before = (operation: string) => {
    if (operation !== 'EnableKeyRotation' || failed) return;
    failed = true;
    throw new Error('a text that could be anything');
  };
  const { found } = await harness.reconcile({ before });
  const rotations = found.filter(({ kind }) => kind === 'rotation');
  expect(rotations.map(({ outcome }) => outcome)).toContain('repaired');
  expect(rotations.filter(({ outcome }) => outcome === 'failed')).toEqual([
    expect.objectContaining({ detail: 'Error' }),
  ]);
});
