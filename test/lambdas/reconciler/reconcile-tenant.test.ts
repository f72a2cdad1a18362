/** Rows that were left in the middle, that end, that are wrong, and that lead to keys which are not theirs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowOf } from '../tenants/row.ts';
import { alias, lines, openWorld, short, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const stateOf = async (tenantId: string) => {
  const { status, intent, lease, keyArn } = await world.row(tenantId);
  return [status, await world.keyState(keyArn as string), intent, lease]
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
    const { tenantId } = await world.makeTenant(begun, { ...change, intent, lease: expired });
    expect(await world.findingsOf(tenantId)).toEqual(['unfinished-step repaired']);
    expect(await stateOf(tenantId)).toBe(ended);
    expect(await world.findingsOf(tenantId)).toEqual([]);
  });

  test('and what has drifted besides is mended in the same turn', async () => {
    const { tenantId, keyArn } = await world.makeTenant('suspend', { intent: 'resume' });
    await world.kms.deleteAlias({ AliasName: alias(tenantId) });
    expect(await world.findingsOf(tenantId)).toEqual([
      'unfinished-step repaired',
      'alias repaired',
    ]);
    expect((await world.kms.describeKey({ KeyId: alias(tenantId) })).KeyMetadata?.Arn).toBe(keyArn);
  });
});

describe('an onboarding that was cut off', () => {
  const left = async (change: object) => {
    const tenantId = world.newId();
    await world.put({
      ...rowOf({ tenantId, status: 'PROVISIONING' }),
      keyArn: undefined,
      ...change,
    });
    return tenantId;
  };

  test('with a key that was never written down is finished', async () => {
    const tenantId = await left({ keyRequestedAt: '2026-01-01T00:00:00.000Z', lease: expired });
    const keyArn = await world.makeKey(tenantId);
    expect(await world.findingsOf(tenantId)).toEqual(['unfinished-onboarding repaired']);
    expect([await stateOf(tenantId), (await world.row(tenantId)).keyArn]).toEqual([
      'ACTIVE Enabled',
      keyArn,
    ]);
    expect(await world.findingsOf(tenantId)).toEqual([]);
  });

  test('without a key is removed', async () => {
    const tenantId = await left({ lease: expired });
    expect(await world.findingsOf(tenantId)).toEqual(['unfinished-onboarding repaired']);
    expect(await world.raw(tenantId)).toBeUndefined();
  });

  test('whose row names the key of another tenant is not finished', async () => {
    const { keyArn } = await world.makeTenant();
    const before = await world.everythingOf(keyArn);
    const tenantId = await left({ keyArn });
    expect(await world.findingsOf(tenantId)).toEqual(['key-tags reported']);
    expect([await world.everythingOf(keyArn), (await world.row(tenantId)).status]).toEqual([
      before,
      'PROVISIONING',
    ]);
  });
});

describe('the end of a tenant', () => {
  const gone = (keyArn: string) => keyArn.replace(/[^/]*$/, '00000000-0000-4000-8000-000000000000');

  test('is written down once KMS has no such key', async () => {
    const { tenantId, keyArn } = await world.makeTenant('offboard');
    await world.put({ ...(await world.raw(tenantId)), keyArn: gone(keyArn) });
    expect(await world.findingsOf(tenantId)).toEqual(['key-erased repaired']);
    expect(await world.row(tenantId)).toMatchObject({
      status: 'ERASED',
      erasedAt: expect.any(String),
    });
    expect(await world.findingsOf(tenantId)).toEqual([]);
  });

  test('is not the key of a tenant who was not offboarded: that is reported', async () => {
    const { tenantId, keyArn } = await world.makeTenant();
    await world.put({ ...(await world.raw(tenantId)), keyArn: gone(keyArn) });
    expect(await world.findingsOf(tenantId)).toEqual(['key-missing reported']);
    expect((await world.row(tenantId)).status).toBe('ACTIVE');
  });

  test.each([
    ['region', (arn: string) => arn.replace('us-east-1', 'eu-west-1')],
    ['account', (arn: string) => arn.replace('111122223333', '444455556666')],
  ])('is not a key of another %s', async (_, elsewhere) => {
    const { tenantId, keyArn } = await world.makeTenant('offboard');
    await world.put({ ...(await world.raw(tenantId)), keyArn: elsewhere(keyArn) });
    expect(await world.findingsOf(tenantId)).toEqual(['key-elsewhere reported']);
    expect((await world.row(tenantId)).status).toBe('OFFBOARDING');
  });
});

describe('a row that names a key which is not its own touches nothing of it', () => {
  const foreign = async () => {
    const { KeyMetadata } = await world.kms.createKey({});
    return KeyMetadata?.Arn as string;
  };
  const neighbour = async () => (await world.makeTenant()).keyArn;

  test.each([
    ['a foreign key', foreign, 'SUSPENDED', undefined],
    ["a neighbour's key", neighbour, 'SUSPENDED', undefined],
    ["a neighbour's key, with a transition to be finished", neighbour, 'SUSPENDED', 'suspend'],
    ["a neighbour's key, in an offboarding", neighbour, 'OFFBOARDING', 'offboard'],
  ] as const)('%s', async (_, make, status, intent) => {
    const { tenantId } = await world.makeTenant();
    const keyArn = await make();
    const before = await world.everythingOf(keyArn);
    const raw = await world.raw(tenantId);
    const row = { ...raw, keyArn, status, ...(intent !== undefined && { intent }) };
    await world.put(row);
    expect(await world.findingsOf(tenantId)).toEqual(['key-tags reported']);
    expect([await world.everythingOf(keyArn), await world.raw(tenantId)]).toEqual([before, row]);
  });

  test('a key whose tag was changed to a neighbour: it is reported, not retagged', async () => {
    const { tenantId, keyArn } = await world.makeTenant();
    await world.kms.disableKeyRotation({ KeyId: keyArn });
    const Tags = [{ TagKey: 'TenantId', TagValue: 'somebody-else' }];
    await world.kms.tagResource({ KeyId: keyArn, Tags });
    const before = await world.everythingOf(keyArn);
    expect(await world.findingsOf(tenantId)).toEqual(['key-tags reported']);
    expect(await world.everythingOf(keyArn)).toBe(before);
  });
});

test('an alias on a foreign key is reported, and neither is touched', async () => {
  const { tenantId, keyArn } = await world.makeTenant();
  const other = (await world.kms.createKey({})).KeyMetadata?.Arn as string;
  await world.kms.updateAlias({ AliasName: alias(tenantId), TargetKeyId: other });
  const before = [await world.everythingOf(keyArn), await world.everythingOf(other)];
  expect(await world.findingsOf(tenantId)).toEqual(['alias reported']);
  expect([await world.everythingOf(keyArn), await world.everythingOf(other)]).toEqual(before);
});

describe('a row that does not parse', () => {
  test.each([
    ['an unknown status', { status: 'FROZEN' }, 'status'],
    ['an attribute of a later version', { colour: 'a secret' }, 'colour'],
    ['a version that is no number', { version: 'a secret' }, 'version'],
  ])('%s: is reported by the names of its attributes, and not touched', async (_, change, name) => {
    const { tenantId, keyArn } = await world.makeTenant();
    await world.kms.disableKeyRotation({ KeyId: keyArn });
    const row = { ...(await world.raw(tenantId)), ...change };
    await world.put(row);
    const before = await world.everythingOf(keyArn);
    const { found } = await world.run();
    const [finding] = found.filter((one) => one.tenantId === tenantId);
    expect(finding).toMatchObject({ kind: 'row-invalid', detail: expect.stringContaining(name) });
    expect([await world.everythingOf(keyArn), await world.raw(tenantId)]).toEqual([before, row]);
    expect(lines.join('')).not.toContain('a secret');
  });
});

describe('time', () => {
  test('that is over begins nobody, and is no failure', async () => {
    const { keyArn } = await world.makeTenant();
    await world.kms.disableKeyRotation({ KeyId: keyArn });
    const { summary } = await world.run({ ms: 1000 });
    expect(summary).toMatchObject({ complete: false, tenants: 0 });
    expect((await world.kms.getKeyRotationStatus({ KeyId: keyArn })).KeyRotationEnabled).toBe(
      false,
    );
  });

  test('that runs out in the middle leaves no lease, and the next run does the rest', async () => {
    const tenants: Awaited<ReturnType<World['makeTenant']>>[] = [];
    for (let count = 0; count < 25; count += 1) tenants.push(await world.makeTenant());
    for (const { keyArn } of tenants) await world.kms.disableKeyRotation({ KeyId: keyArn });
    const { summary, found } = await world.run({ ms: 58_000 });
    expect(summary.complete).toBe(false);
    const repaired = found.filter((one) => short(one) === 'rotation repaired').length;
    expect(repaired).toBeLessThan(25);
    for (const { tenantId } of tenants) {
      expect(await world.row(tenantId)).not.toHaveProperty('lease');
    }
    const rest = await world.run();
    const mended = rest.found.filter(({ tenantId, kind }) => {
      return kind === 'rotation' && tenants.some((tenant) => tenant.tenantId === tenantId);
    });
    expect(repaired + mended.length).toBeGreaterThanOrEqual(25);
  });
});

test('what fails of one tenant is a finding, and stops nobody else', async () => {
  const [bad, good] = [await world.makeTenant(), await world.makeTenant()];
  for (const { keyArn } of [bad, good]) await world.kms.disableKeyRotation({ KeyId: keyArn });
  let failed = false;
  const before = (operation: string) => {
    if (operation !== 'EnableKeyRotation' || failed) return;
    failed = true;
    throw new Error('a text that could be anything');
  };
  const { found } = await world.run({ before });
  const rotations = found.filter(({ kind }) => kind === 'rotation');
  expect(rotations.map(({ outcome }) => outcome)).toContain('repaired');
  expect(rotations.filter(({ outcome }) => outcome === 'failed')).toEqual([
    expect.objectContaining({ detail: 'Error' }),
  ]);
});
