/** Whose key a key is, as the indexer asks for it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  controlPlane,
  event,
  harness,
  index,
  keyOf,
  owners,
  tenantsOf,
  useHarness,
} from './harness.ts';

useHarness();

const planted = new Set<string>();
/** A row as somebody writes it who may write the registry. */
async function plant(tenantId: string, keyArn: string, change: object = {}) {
  planted.add(tenantId);
  await harness.client.put({ TableName: 'tenants', Item: { tenantId, keyArn, ...change } });
}
async function uproot(tenantId: string) {
  await harness.client.delete({ TableName: 'tenants', Key: { tenantId } });
}
afterEach(async () => {
  for (const tenantId of planted) await uproot(tenantId);
  planted.clear();
  for (const tenantId of ['acme', 'globex']) {
    const Item = { tenantId, keyArn: keyOf(tenantId) };
    await harness.client.put({ TableName: 'tenants', Item });
  }
});

const byRole = (role: string, session: string) => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/${session}`,
  sessionContext: { sessionIssuer: { arn: `arn:aws:iam::111122223333:role/${role}` } },
});
/** A call of a session of the tenant role, with the context that names the tenant. */
const useBy = (session: string, key: string, change: object = {}) =>
  event([key], {
    userIdentity: byRole('TenantRole', session),
    requestParameters: { encryptionContext: { TenantId: session } },
    ...change,
  });
const otherContext = { encryptionContext: { TenantId: 'acme' } };
const created = (key: string, tenantId: string) =>
  event([key], {
    eventName: 'CreateKey',
    userIdentity: { ...byRole('ControlPlane', 'tenants') },
    requestParameters: {
      tags: [
        { tagKey: 'TenantId', tagValue: tenantId },
        { tagKey: 'ManagedBy', tagValue: 'tenant-keys' },
      ],
    },
  });
const logged = (message: string) => harness.logged.filter((line) => line.message === message);
const disputes = () => logged('key owner disputed');

test('is asked once, for a key without a tenant again after a minute, for others after five', async () => {
  const known = owners();
  const queries = () => harness.calls.filter(({ operation }) => operation === 'Query').length;
  for (let batch = 0; batch < 3; batch += 1) {
    await index('trail', [event(['acme']), event(['acme']), event(['late'])], known);
  }
  expect(queries()).toBe(2);
  await plant('latecomer', keyOf('late'));
  harness.now += 60_001;
  await index('trail', [event(['acme']), event(['late'])], known);
  expect(queries()).toBe(3);
  expect((await tenantsOf()).filter((tenantId) => tenantId === 'latecomer')).toHaveLength(1);
  harness.now += 300_001;
  await index('trail', [event(['acme']), event(['late'])], known);
  expect([queries(), disputes()]).toEqual([5, []]);
});

describe('a second row that names a key', () => {
  test.each(['ERASED', 'ACTIVE', 'PROVISIONING', 'SUSPENDED', 'OFFBOARDING', 'FROZEN'])(
    'with the status %s keeps no event from the tenant, and is an alarm',
    async (status) => {
      await plant('evil', keyOf('acme'), { status });
      const summary = await index('trail', [event(['acme']), event(['acme'])]);
      expect(summary).toMatchObject({ IndexedRows: 4 });
      expect(await tenantsOf()).toEqual(['acme', 'acme', 'evil', 'evil']);
      expect(logged('key event')).toHaveLength(4);
      const [line, ...more] = disputes();
      expect(more).toEqual([]);
      expect(line).toMatchObject({ level: 'WARN', keyArn: keyOf('acme') });
      expect(new Set(line?.tenantIds as string[])).toEqual(new Set(['acme', 'evil']));
    },
  );

  test('is seen five minutes later by an indexer that knew the first', async () => {
    const known = owners();
    await index('trail', [event(['acme'])], known);
    await plant('evil', keyOf('acme'));
    harness.now += 300_001;
    await index('trail', [event(['acme'])], known);
    expect([await tenantsOf(), disputes().length]).toEqual([['acme', 'acme', 'evil'], 1]);
    await uproot('evil');
    harness.now += 300_001;
    await index('trail', [event(['acme'])], known);
    expect([await tenantsOf(), disputes().length]).toEqual([['acme', 'acme', 'acme', 'evil'], 1]);
  });

  test('shows its tenant nothing of what the session of the other does', async () => {
    await plant('evil', keyOf('acme'));
    await index('trail', [useBy('acme', 'acme'), useBy('acme', 'acme', { eventName: 'Encrypt' })]);
    expect([await tenantsOf(), disputes().length]).toEqual([['acme', 'acme'], 1]);
    expect(logged('key event').filter(({ neighbour }) => neighbour)).toEqual([]);
  });

  test.each([
    ['is refused', { errorCode: 'AccessDenied' }],
    ['names another tenant in its context', { requestParameters: otherContext }],
    ['is of another role', { userIdentity: byRole('Other', 'evil') }],
  ])('hides no call from the tenant: one that %s', async (_, change) => {
    await plant('evil', keyOf('acme'));
    await index('trail', [useBy('evil', 'acme', change)]);
    expect(await tenantsOf()).toEqual(['acme', 'evil']);
  });

  test('under a name that is no tenant id gets nothing', async () => {
    await plant('baseline/acme', keyOf('acme'));
    await index('trail', [event(['acme'])]);
    expect(await tenantsOf()).toEqual(['acme']);
  });

  test.each([11, 1000])(
    'and %i of them: each event is logged, and nobody else waits',
    async (count) => {
      for (let at = 0; at < count; at += 1) await plant(`evil-${at}`, keyOf('acme'));
      const calls = [event(['acme']), event(['acme'], { errorCode: 'AccessDenied' })];
      await index('trail', [...calls, useBy('acme', 'acme'), event(['globex'])]);
      expect(await tenantsOf()).toEqual(['acme', 'globex']);
      expect(logged('key event').filter(({ keyArn }) => keyArn === keyOf('acme'))).toHaveLength(3);
      expect(disputes()).toMatchObject([{ keyArn: keyOf('acme'), tenantIds: [], tooMany: true }]);
    },
  );

  test('and eleven of them: an indexer that knew the tenant goes on, and shows them nothing', async () => {
    const known = owners();
    await index('trail', [event(['acme'])], known);
    for (let at = 0; at < 11; at += 1) await plant(`evil-${at}`, keyOf('acme'));
    harness.now += 300_001;
    await index('trail', [event(['acme'])], known);
    expect([await tenantsOf(), disputes().length]).toEqual([['acme', 'acme'], 1]);
  });

  test('that was there before the tenant’s own takes nothing from the tenant', async () => {
    const known = owners();
    await plant('evil', keyOf('new'));
    // The index does not show the tenant's own row yet.
    await index('trail', [created('new', 'umbrella'), event(['new'])], known);
    expect(await tenantsOf()).toEqual(['evil', 'evil', 'umbrella', 'umbrella']);
    expect(disputes()).toHaveLength(1);
  });

  test('that an indexer knew first does not stay the only one', async () => {
    const known = owners();
    await plant('evil', keyOf('new'));
    await index('trail', [event(['new'])], known);
    await plant('umbrella', keyOf('new'));
    harness.now += 300_001;
    await index('trail', [event(['new'])], known);
    expect(await tenantsOf()).toEqual(['evil', 'evil', 'umbrella']);
  });
});

describe('where the tenant’s own row comes to name another key', () => {
  const elsewhere = (change: (arn: string) => string) => plant('acme', change(keyOf('acme')));

  test.each([
    ['a key that is not there', (arn: string) => `${arn}x`],
    ['the key by its id', (arn: string) => arn.replace(/.*\//, '')],
    ['the key by its alias', (arn: string) => arn.replace('key/', 'alias/tenant-keys/')],
    ['the key in capitals', (arn: string) => arn.toUpperCase()],
    ['the key and a space', (arn: string) => `${arn} `],
    ['a key of another region', (arn: string) => arn.replace(/kms:[^:]+/, 'kms:eu-north-1')],
    ['a key of another account', (arn: string) => arn.replace(/\d{12}/, '999999999999')],
  ])('%s: an indexer that knew the key goes on', async (_, change) => {
    const known = owners();
    await index('trail', [event(['acme'])], known);
    await elsewhere(change);
    harness.now += 300_001;
    await index('trail', [event(['acme'])], known);
    expect(await tenantsOf()).toEqual(['acme', 'acme']);
  });

  test('and another row names its key: an indexer that knew the key gives both their events', async () => {
    const known = owners();
    await index('trail', [event(['acme'])], known);
    await elsewhere((arn) => `${arn}x`);
    await plant('evil', keyOf('acme'));
    harness.now += 300_001;
    await index('trail', [event(['acme'])], known);
    expect([await tenantsOf(), disputes().length]).toEqual([['acme', 'acme', 'evil'], 1]);
  });

  test('what its own session does with its key is its event, and an alarm, to any indexer', async () => {
    await elsewhere((arn) => `${arn}x`);
    await index('trail', [useBy('acme', 'acme')]);
    expect([await tenantsOf(), disputes()]).toMatchObject([['acme'], [{ tenantIds: [] }]]);
  });

  test('and another row names its key: its session’s event is its own as well', async () => {
    await elsewhere((arn) => `${arn}x`);
    await plant('evil', keyOf('acme'));
    await index('trail', [useBy('acme', 'acme')]);
    expect([await tenantsOf(), disputes()]).toMatchObject([
      ['acme', 'evil'],
      [{ tenantIds: ['evil'] }],
    ]);
  });
});

test('a session on a key that nobody claims is no event where KMS has refused it, or it is the canary’s', async () => {
  await index('trail', [
    useBy('acme', 'nobodys', { errorCode: 'AccessDenied' }),
    useBy('canary_a', 'nobodys'),
  ]);
  expect([await tenantsOf(), harness.logged]).toEqual([[], []]);
});

test('a key that the control plane makes in a tenant’s name is that tenant’s, whoever claims it later', async () => {
  const known = owners();
  await index('trail', [created('made', 'acme')], known);
  await plant('evil', keyOf('made'));
  harness.now += 60_001;
  await index('trail', [event(['made'])], known);
  expect([await tenantsOf(), disputes().length]).toEqual([['acme', 'acme', 'evil'], 1]);
  expect(controlPlane).toBe(byRole('ControlPlane', '').sessionContext.sessionIssuer.arn);
});
