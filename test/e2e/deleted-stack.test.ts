/** The chapter "The stack was deleted" of docs/operations.md, step by step, as far as one machine has the steps. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inShort, keptData, reconciled } from './kept-data.ts';

const tenants = ['acme', 'globex', 'initech', 'umbrella'] as const;
const data = keptData('deleted-stack');
let current: Awaited<ReturnType<typeof data.start>>;
afterAll(data.remove);

const ciphertexts = new Map<string, string>();
let tables: object;
let roles: readonly string[];
let macs: unknown;

const opened = () =>
  Promise.all(tenants.map((id) => current.control.decrypt(id, ciphertexts.get(id) ?? '')));
const macsOfAcme = async () => {
  const { client } = current.stack;
  const token = await client.tenantToken('acme');
  const body = { purpose: 'user/email', value: 'YWRh' };
  return (await client.send('POST', '/tenants/acme/mac', { token, body })).json.macs;
};
const roleArns = () => [...current.stack.deployment.roles.keys()].sort();

beforeAll(async () => {
  current = await data.start();
  const { stack, control } = current;
  for (const id of tenants) {
    await stack.client.onboard(id);
    ciphertexts.set(id, await stack.client.encrypt(id, Buffer.from(`of ${id}`)));
  }
  macs = await macsOfAcme();
  await control.post('initech', 'suspend');
  await control.offboard('umbrella');
  const { tableName, macKeyTableName, auditTableName } = stack;
  tables = { tableName, macKeyTableName, auditTableName };
  roles = roleArns();
}, 120_000);

/** Nothing is done before, so that what it finds is what was there. */
const whole = ['of acme', 'of globex', 'tenant-suspended', 'tenant-offboarding'];

test('before: who may decrypt, decrypts', async () => {
  expect(await opened()).toEqual(whole);
  expect(macs).toEqual([{ version: 1, mac: expect.any(String) }]);
});

describe('a new stack that takes none of the tables over', () => {
  beforeAll(async () => {
    await data.stop();
    data.age(2);
    current = await data.start({}, true);
  }, 120_000);

  test('has other roles, and knows no tenant', async () => {
    expect(roleArns().filter((arn) => roles.includes(arn))).toEqual([]);
    expect(await opened()).toEqual(Array(tenants.length).fill('tenant-not-found'));
  });

  test('reports every key that it does not know, and changes none', async () => {
    expect(inShort(await reconciled(current))).toEqual(
      ['acme', 'globex', 'initech'].map((id) => `${id} unnamed-key reported`),
    );
    const changes = ['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'UpdateAlias'];
    const reconcilers = current.stack.calls.filter(({ caller }) =>
      caller?.principalArn.includes('ReconcilerRole'),
    );
    expect(reconcilers.map(({ operation }) => operation)).toEqual(
      expect.not.arrayContaining(changes),
    );
  });

  test('gives no tenant another key in place of the kept one', async () => {
    const { status, json } = await current.control.put('acme');
    expect([status, json.code]).toEqual([409, 'alias-taken']);
  });
});

describe('a new stack that takes the tables over', () => {
  beforeAll(async () => {
    current = await data.start(tables, true);
  }, 120_000);

  test('opens nothing yet, since the policies of the keys name the roles that are gone', async () => {
    expect(await opened()).toEqual([
      'key-not-ready',
      'key-not-ready',
      'tenant-suspended',
      'tenant-offboarding',
    ]);
  });

  test('puts the policies in one run of the reconciler, and changes nothing else', async () => {
    expect(inShort(await reconciled(current))).toEqual(
      tenants.map((id) => `${id} key-policy repaired`),
    );
    expect(inShort(await reconciled(current))).toEqual([]);
  });

  test('then opens for every tenant what was encrypted before, by the same keys of macs', async () => {
    expect(await opened()).toEqual(whole);
    expect(await macsOfAcme()).toEqual(macs);
  });

  test('keeps tenants apart as ever, and their statuses', async () => {
    const { control } = current;
    const neighbours = await control.decrypt('globex', ciphertexts.get('acme') ?? '');
    expect(neighbours).toBe('decryption-failed');
    await control.post('initech', 'resume');
    await control.post('umbrella', 'restore');
    expect(await opened()).toEqual(tenants.map((id) => `of ${id}`));
  });

  test('has the past of the audit, and goes on with it', async () => {
    const { stack } = current;
    await stack.indexed();
    const token = await stack.client.token('tenant-keys/audit', 'acme');
    const { json } = await stack.client.send('GET', '/tenants/acme/audit', { token });
    const operations = json.events.map(({ operation }: { operation: string }) => operation);
    expect(operations.filter((name: string) => name === 'CreateKey')).toHaveLength(1);
    expect(operations).toContain('PutKeyPolicy');
  });

  test('onboards others, and rotates', async () => {
    const { stack, control } = current;
    await stack.client.onboard('hooli');
    expect((await control.post('acme', 'key/rotations')).status).toBeLessThan(300);
    expect(await opened()).toEqual(tenants.map((id) => `of ${id}`));
  });
});

test('a later start over the same data is the same stack', async () => {
  const before = roleArns();
  current = await data.start(tables);
  expect(roleArns()).toEqual(before);
  expect(await opened()).toEqual(tenants.map((id) => `of ${id}`));
}, 120_000);
