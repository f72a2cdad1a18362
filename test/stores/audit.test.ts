/** Calls to the store as events of the audit, and the store's own audit device as their witness: by the documented join. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { KeyEvent } from '../../contract/audit.ts';
import { storeCallOf } from '../../lambdas/indexer/store-call-line.ts';
import { withVariables } from '../../local/vault-setup-block.ts';
import { blockOf } from '../blocks/blocks.ts';
import { bao, proxy, store, useStore } from './harness.ts';
import { roleArn } from './store.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';

const document = 'docs/key-stores/vault.md';
const context = { TenantId: 'acme', document: 'a text that only acme knows' };

let folder: string;
let lines: string[];

useStore();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-keys-audit-'));
  sh(blockOf(document, 'bao write sys/config').text);
});
beforeEach(() => {
  lines = [];
  proxy.break('none');
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterAll(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function sh(script: string): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-eu'], { input: script, env: bao.env });
  if (status !== 0) throw new Error(String(stderr));
  return String(stdout);
}

const keyring = (tenant: string) =>
  keyringOf(store, sessionOf(store, { address: proxy.address }, tenant), tenant);
const principal = roleArn('TenantRole');
/** As the indexer makes them of the function's log. */
const events = (): KeyEvent[] =>
  lines.map((message, at) => {
    const found = storeCallOf({ principal, isForTenants: true }, { id: `line-${at}`, message });
    if (found === undefined) throw new Error(`no event: ${message}`);
    return { ...found.event, tenantId: found.partition };
  });

/** @returns the lines of the documented join, each as its first, fourth, fifth and last member */
function joined(tenant: string, some = events()): string[] {
  const file = join(folder, 'events.jsonl');
  writeFileSync(file, some.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const values = { audit_log: bao.auditLog, tenant, events: file };
  return sh(withVariables(blockOf(document, 'audit_log=').text, values))
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([which, , , outcome, operation, who]) => [which, outcome, operation, who].join(' | '));
}

test('each call of a tenant’s is an event with the store’s request id, and the device has each', async () => {
  const made = await keyring('acme').generateDataKey(context);
  await keyring('acme').unwrapDataKey(made.wrapped, context);
  const used = events().filter(({ routine = false }) => !routine);
  expect(used).toMatchObject(
    [
      'POST auth/login',
      'POST transit/datakey/plaintext',
      'POST auth/login',
      'POST transit/decrypt',
    ].map((operation) => ({
      operation,
      tenantId: 'acme',
      keyStore: 'vault',
      source: 'product-log',
    })),
  );
  expect(used[1]?.requestId).toBe(made.requestId);
  const own = joined('acme').filter((line) => line.startsWith('both'));
  expect(own).toHaveLength(events().length);
  expect(own).toContain('both | succeeded | POST transit/datakey/plaintext | acme');
});

test('no event has a token, a ciphertext, a data key or an encryption context', async () => {
  const made = await keyring('acme').generateDataKey(context);
  const text = lines.join('');
  for (const secret of [
    Buffer.from(made.plaintext).toString('base64'),
    Buffer.from(made.wrapped.encryptedDataKey).toString(),
    'vault:v1',
    'hvb.',
    'eyJ',
    context.document,
    Buffer.from(context.document).toString('base64').slice(2, 20),
  ]) {
    expect(text).not.toContain(secret);
  }
});

test('the trial before the first use, of which one call is refused, is routine', async () => {
  await keyring('acme').generateDataKey(context);
  const trials = events().filter(({ routine = false }) => routine);
  expect(trials.map(({ operation, outcome }) => `${operation} ${outcome}`).toSorted()).toEqual([
    'POST transit/datakey/wrapped succeeded',
    'POST transit/decrypt refused',
    'POST transit/decrypt succeeded',
  ]);
});

test('a refusal, of which the store gives no id, and a call without an answer are joined too', async () => {
  const acme = keyring('acme');
  await acme.generateDataKey(context);
  const controlPlane = await store.tokenOf('control-plane');
  await store.call(controlPlane, 'DELETE', `sys/policies/acl/${store.auth}-tenant-acme`);
  lines = [];
  await expect(acme.generateDataKey(context)).rejects.toThrow();
  await store.onboard('acme');
  proxy.break('cut', 'datakey');
  await expect(acme.generateDataKey(context)).rejects.toThrow();
  const own = events();
  expect(own.every(({ requestId }) => requestId === 'unknown')).toBe(true);
  const [refused, ...others] = own.map(({ errorCode }) => errorCode);
  expect([refused, ...new Set(others)]).toEqual(['403', 'unreachable']);
  expect(joined('acme').filter((line) => !line.startsWith('store only'))).toEqual([
    'both | refused | POST transit/datakey/plaintext | acme',
    ...own.slice(1).map(() => 'both | failed | POST transit/datakey/plaintext | acme'),
  ]);
});

test('what a function leaves out of its log the device shows, and what it forges it does not', async () => {
  await keyring('acme').generateDataKey(context);
  const [, ...rest] = events().filter(({ operation }) => operation.includes('plaintext'));
  const [one] = events();
  const forged = { ...one, eventId: 'forged', requestId: 'forged', correlationId: 'forged' };
  const lines = joined('acme', [...rest, forged as KeyEvent]);
  expect(lines).toContain('store only | succeeded | tenant-keys/datakey/plaintext/acme | acme');
  expect(lines).toContain(`ours only | succeeded | POST auth/login | ${principal}`);
});

test('a neighbour’s try is in the log of the tenant whose key it was, and says who it was there', async () => {
  const thief = sessionOf(store, { address: proxy.address }, 'globex');
  const { status } = await thief.send({
    method: 'POST',
    path: `${store.transit}/datakey/plaintext/acme`,
    body: { associated_data: 'eA==' },
  });
  expect(status).toBe(403);
  expect(events().map(({ operation, tenantId }) => `${tenantId} ${operation}`)).toEqual([
    'globex POST auth/login',
    'acme POST transit/datakey/plaintext',
  ]);
  const ofAcme = events().filter(({ tenantId }) => tenantId === 'acme');
  expect(joined('acme', ofAcme)).toContain(
    'both | refused | POST transit/datakey/plaintext | globex',
  );
});

test('two tenants’ calls at the same time are each their own tenant’s', async () => {
  const both = ['acme', 'globex'].map((tenant) => ({ tenant, own: keyring(tenant) }));
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, at) => both[at % 2] as (typeof both)[number]).map(
      async ({ tenant, own }) => {
        const { requestId } = await own.generateDataKey({ ...context, TenantId: tenant });
        return `${tenant} ${requestId}`;
      },
    ),
  );
  const used = events().filter(({ operation }) => operation.endsWith('plaintext'));
  expect(used.map(({ tenantId, requestId }) => `${tenantId} ${requestId}`).toSorted()).toEqual(
    made.toSorted(),
  );
});

test('a store that answers with an id of its own making gets none of it into the audit', async () => {
  const body = JSON.stringify({ request_id: `x\n${'y'.repeat(1000)}`, data: {} });
  proxy.break({ status: 200, body }, 'datakey');
  await expect(keyring('acme').generateDataKey(context)).rejects.toThrow();
  expect(events().at(-1)).toMatchObject({ requestId: 'unknown', outcome: 'succeeded' });
  expect(lines.join('')).not.toContain('yyy');
});
