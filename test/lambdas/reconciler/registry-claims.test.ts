/** Rows that name one key, and rows at their end whose key is there. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../lambdas/reconciler/findings.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { openReconcilerHarness, type ReconcilerHarness, short } from './harness.ts';

let harness: ReconcilerHarness;
beforeAll(async () => {
  harness = await openReconcilerHarness();
});
afterAll(() => harness.close());

/** @returns the id of a tenant whose row names that key */
async function plant(keyArn: string, change: Record<string, unknown> = {}) {
  const tenantId = harness.newId();
  await harness.put(rowOf({ tenantId, keyArn, ...change }));
  return tenantId;
}
async function about(keyArn: string): Promise<readonly Finding[]> {
  const { found } = await harness.reconcile();
  return found.filter((one) => one.keyArn === keyArn);
}
const lease = (minutes: number) => ({ holder: 'x', expiresAt: Date.now() + minutes * 60_000 });
const offboarding = {
  windowInDays: 30,
  requestedBy: 'somebody',
  requestedAt: '2026-01-01T00:00:00.000Z',
  keyMaterialIds: [],
};

const former = {
  ...{ keyStore: 'aws-kms', since: '2026-01-01T00:00:00.000Z', offboarding },
  erasedAt: '2026-02-01T00:00:00.000Z',
};
/** What a row says of another key than the tenant's own. */
const asOther: [string, (keyArn: string) => Record<string, unknown>][] = [
  ['the next', (keyArn) => ({ nextKey: { keyStore: 'aws-kms', keyArn, requestedAt: 'then' } })],
  ['the previous', (keyArn) => ({ previousKey: { keyStore: 'aws-kms', keyArn, since: 'then' } })],
  ['a former', (keyArn) => ({ formerKeys: [{ ...former, keyArn }] })],
];

describe('a key that two rows name', () => {
  test.each(asOther)(
    'is reported with both, and is not scheduled for deletion, the second having it as %s key',
    async (_, other) => {
      const { tenantId, keyArn } = await harness.makeTenant('offboard', { intent: 'offboard' });
      await harness.kms.cancelKeyDeletion({ KeyId: keyArn });
      const evil = await plant(`${keyArn}0`, other(keyArn));
      const [shared] = (await about(keyArn)).filter(({ kind }) => kind === 'key-shared');
      expect(shared?.detail).toContain([tenantId, evil].sort().join(', '));
      expect(await harness.keyState(keyArn)).toBe('Disabled');
    },
  );

  test.each(asOther)('is none where one row names it twice, also as %s key', async (_, other) => {
    const { keyArn, tenantId } = await harness.makeTenant();
    await harness.put({ ...(await harness.raw(tenantId)), ...other(keyArn) });
    expect((await about(keyArn)).map(({ kind }) => kind)).not.toContain('key-shared');
  });

  test.each([
    ['ACTIVE', {}],
    ['SUSPENDED', { intent: 'suspend' }],
    ['OFFBOARDING', { intent: 'offboard', offboarding }],
    ['PROVISIONING', {}],
  ])('is reported with both, the second being %s, and is not touched', async (status, change) => {
    const { tenantId, keyArn } = await harness.makeTenant();
    const before = await harness.everythingOf(keyArn);
    const evil = await plant(keyArn, { status, ...change });
    const found = await about(keyArn);
    expect(found.map(short)).toEqual(['key-shared reported', 'key-tags reported']);
    expect(found[0]?.detail).toContain([tenantId, evil].sort().join(', '));
    expect(found[1]?.tenantId).toBe(evil);
    expect(await harness.everythingOf(keyArn)).toBe(before);
  });

  test.each([
    ['is ERASED', { status: 'ERASED' }, ['key-shared reported', 'key-not-erased reported']],
    ['is no row of this version', { colour: 'a secret' }, ['key-shared reported']],
    ['is under lease', { lease: lease(10) }, ['key-shared reported']],
  ])('is reported also where the second %s', async (_, change, findings) => {
    const { keyArn } = await harness.makeTenant();
    await plant(keyArn, change);
    const found = await about(keyArn);
    expect(found.map(short)).toEqual(findings);
    expect(JSON.stringify(found)).not.toContain('a secret');
  });

  test('is reported once, with ten of their names, however many there are', async () => {
    const { keyArn } = await harness.makeTenant();
    for (let count = 0; count < 14; count += 1) await plant(keyArn, { status: 'ERASED' });
    const shared = (await about(keyArn)).filter(({ kind }) => kind === 'key-shared');
    expect(shared.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^15 rows name the key: (t-\S+, ){9}t-\S+ and 5 more\./),
    ]);
  });

  test('is repaired for the tenant whose tag it carries: a planted row protects no loosened key', async () => {
    const { tenantId, keyArn } = await harness.makeTenant();
    await plant(keyArn);
    const Statement = [
      { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await harness.kms.putKeyPolicy({ KeyId: keyArn, Policy });
    await harness.kms.disableKeyRotation({ KeyId: keyArn });
    expect(await harness.findingsOf(tenantId)).toEqual([
      'key-policy repaired',
      'rotation repaired',
    ]);
  });

  test.each([
    ['was cut off', { intent: 'offboard' }],
    ['was cancelled by hand', {}],
  ])('is not scheduled for deletion, where its own tenant’s offboarding %s', async (_, change) => {
    const { tenantId, keyArn } = await harness.makeTenant('offboard', change);
    await harness.kms.cancelKeyDeletion({ KeyId: keyArn });
    const other = await plant(keyArn);
    expect(await harness.findingsOf(tenantId)).toEqual([]);
    expect(await harness.keyState(keyArn)).toBe('Disabled');
    await harness.put({ ...(await harness.raw(other)), keyArn: `${keyArn}0` });
    expect(await harness.findingsOf(tenantId)).toHaveLength(1);
    expect(await harness.keyState(keyArn)).toBe('PendingDeletion');
  });
});

test('a row that is ERASED while KMS has its key is reported, whatever the state of the key', async () => {
  const enabled = await harness.makeTenant(undefined, { status: 'ERASED' });
  const pending = await harness.makeTenant('offboard', { status: 'ERASED' });
  const { found } = await harness.reconcile();
  const kinds = [enabled, pending].map(({ tenantId }) =>
    found.filter((one) => one.tenantId === tenantId).map(({ kind, detail }) => [kind, detail]),
  );
  expect(kinds).toEqual([
    [['key-not-erased', 'The tenant is ERASED, and KMS has the key: Enabled.']],
    [['key-not-erased', 'The tenant is ERASED, and KMS has the key: PendingDeletion.']],
  ]);
});
