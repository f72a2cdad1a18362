/**
 * Who used a key that is in the tenant's own account: each call that the product made there is an event of that tenant, by the
 * product's own word, and of nobody else. The witness here is the AWS endpoint itself, in the place of that account's CloudTrail.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AuditEvent, auditEvents, type KeyEvent } from '../../contract/audit.ts';
import type { FinishedCall } from '../../local/aws/call.ts';
import type { Control } from './control.ts';
import { type ExternalStack, type GivenKey, startExternalControl } from './external-account.ts';
import { expectProblem } from './problem.ts';

let stack: ExternalStack;
let control: Control;
/** What reached AWS for a tenant's key, by the tenant. */
const callsFor = new Map<string, readonly FinishedCall[]>();
/** Reading makes events as well: those before it stay as they are. */
let until: string;

const plaintext = Buffer.from('Hello, Acme.').toString('base64');

beforeAll(async () => {
  ({ stack, control } = await startExternalControl());
  for (const tenantId of ['acme', 'globex']) {
    const before = stack.calls.length;
    await wholeLife(await stack.give(tenantId));
    callsFor.set(tenantId, stack.calls.slice(before).filter(isOfTenantsAccount));
  }
  await stack.indexed();
  until = new Date().toISOString();
}, 240_000);
afterAll(() => stack?.close());

/** Onboarded, used, revoked, given back, suspended and offboarded: all over HTTP, but what the tenant's administrator does. */
async function wholeLife({ tenantId, keyArn }: GivenKey) {
  const { kms } = stack.owner;
  await kms.disableKey({ KeyId: keyArn });
  const put = () => control.put(tenantId, { keyStore: 'aws-kms-external', keyArn });
  expectProblem(await put(), 409, 'external-key-refused');
  await kms.enableKey({ KeyId: keyArn });
  expect((await put()).status).toBe(201);
  const { ciphertext } = (await stack.crypto(tenantId, 'encrypt', { plaintext })).json;
  const opens = () => control.decrypt(tenantId, ciphertext);
  expect(await opens()).toBe('Hello, Acme.');
  expect((await stack.crypto(tenantId, 'data-keys', {})).status).toBe(200);
  await stack.crypto(tenantId, 'mac', { purpose: 'email', value: plaintext });
  await kms.disableKey({ KeyId: keyArn });
  expect(await opens()).toBe('key-revoked-by-tenant');
  await kms.enableKey({ KeyId: keyArn });
  expect(await opens()).toBe('Hello, Acme.');
  await control.post(tenantId, 'suspend');
  expect(await opens()).toBe('tenant-suspended');
  await control.post(tenantId, 'resume');
  expect((await control.offboard(tenantId)).status).toBe(202);
  await stack.run('reconciler');
}

const isBy = (role: string, { caller }: FinishedCall): boolean =>
  caller?.principalArn.includes(`:role/TenantKeys-${role}`) === true;

/** By a session of the tenant's role there, or to get one. The session broker itself assumes roles of ours, which let it in. */
function isOfTenantsAccount(call: FinishedCall): boolean {
  if (call.caller?.principalArn.includes(':222222222222:role/')) return true;
  if (call.service !== 'sts' || call.operation !== 'AssumeRole') return false;
  return isBy('TenantRole', call) || (isBy('SessionBroker', call) && call.outcome === 'error');
}

const auditOf = async (tenantId: string, path = tenantId) =>
  stack.client.send('GET', `/tenants/${path}/audit?limit=1000&routine=true&to=${until}`, {
    token: await stack.client.token('tenant-keys/audit', tenantId),
  });
async function eventsOf(tenantId: string): Promise<AuditEvent[]> {
  const { status, json } = await auditOf(tenantId);
  expect(status).toBe(200);
  return auditEvents.parse(json).events;
}
const callsOf = async (tenantId: string): Promise<KeyEvent[]> =>
  (await eventsOf(tenantId)).filter((event) => event.kind === 'kms');
const ofDataPlane = ({ routine }: KeyEvent) => routine === undefined;
const inWords = ({ operation, outcome }: KeyEvent) => `${operation} ${outcome}`;

describe.each(['acme', 'globex'])('the events of %s', (tenantId) => {
  test('are one for each call in its account, with the id that AWS gave the request, and no others', async () => {
    const seen = callsFor.get(tenantId) ?? [];
    expect(seen.length).toBeGreaterThan(20);
    const events = await callsOf(tenantId);
    const witnessed = seen.map(({ requestId, service, operation, outcome }) => [
      requestId,
      `${service}:${operation}`,
      outcome === 'success' ? 'succeeded' : 'refused',
    ]);
    const told = events.map(({ requestId, operation, outcome }) => [requestId, operation, outcome]);
    expect(told.toSorted()).toEqual(witnessed.toSorted());
    for (const event of events)
      expect(event).toMatchObject({
        tenantId,
        keyStore: 'aws-kms-external',
        source: 'product-log',
      });
    const { keyArn } = (await control.get(`/tenants/${tenantId}`)).json;
    const ofKms = events.filter(({ operation }) => operation.startsWith('kms:'));
    expect(new Set(ofKms.map((event) => event.keyArn))).toEqual(new Set([keyArn]));
  });

  test('say who made the call: the session broker for the challenge, else the tenant’s session', async () => {
    const events = await callsOf(tenantId);
    const challenge = events.filter(({ principal }) => principal.includes('SessionBroker'));
    expect(challenge.every(({ routine }) => routine)).toBe(true);
    expect(new Set(challenge.map(inWords))).toEqual(
      new Set([
        'sts:AssumeRole succeeded',
        'sts:AssumeRole refused',
        'kms:DescribeKey succeeded',
        'kms:GenerateDataKey succeeded',
        'kms:GenerateDataKey refused',
        'kms:Decrypt succeeded',
      ]),
    );
    const others = events.filter((event) => !challenge.includes(event));
    expect(others.filter(ofDataPlane)).toEqual(others);
    for (const { principal } of others) expect(principal).toContain('TenantRole');
  });

  test('show use, revocation and resumption in their order, and nothing of a suspended or offboarded tenant', async () => {
    const used = (await callsOf(tenantId)).filter(ofDataPlane).map(inWords);
    const ofKms = used.filter((one) => one.startsWith('kms:'));
    const [revoked, ...more] = ofKms.flatMap((one, at) =>
      one === 'kms:Decrypt refused' ? [at] : [],
    );
    expect([ofKms[0], more]).toEqual(['kms:GenerateDataKey succeeded', []]);
    expect(ofKms.slice(0, revoked).every((one) => one.endsWith('succeeded'))).toBe(true);
    expect(ofKms.slice((revoked ?? 0) + 1)).toEqual(['kms:Decrypt succeeded']);
  });

  test('have the requests that rest on these calls, each by its id', async () => {
    const events = await eventsOf(tenantId);
    const ids = new Set(events.flatMap((one) => (one.kind === 'kms' ? [one.requestId] : [])));
    const requests = events.filter((event) => event.kind === 'request');
    const resting = requests.filter(({ kmsCalls }) => kmsCalls.length > 0);
    expect(new Set(resting.map(({ operation }) => operation))).toEqual(
      new Set(['encrypt', 'decrypt', 'generateDataKey', 'mac']),
    );
    for (const { requestId } of resting.flatMap(({ kmsCalls }) => kmsCalls))
      expect(ids.has(requestId)).toBe(true);
    const steps = ['onboard', 'suspend', 'resume', 'offboard'];
    for (const step of steps) expect(requests.map(({ operation }) => operation)).toContain(step);
  });
});

test('a neighbour sees none of them, neither in its own audit nor in this one', async () => {
  const ids = new Set(callsFor.get('globex')?.map(({ requestId }) => requestId));
  const { text } = await auditOf('acme');
  for (const id of ids) expect(text).not.toContain(id);
  expectProblem(await auditOf('acme', 'globex'), 403, 'forbidden');
});

test('who has revoked its key an operator finds without asking each tenant: in the audit of all, and in the log of the dashboard', async () => {
  const token = await stack.client.token('tenant-keys/audit-all');
  const query = `?kind=kms&outcome=refused&limit=1000&to=${until}`;
  const { json } = await stack.client.send('GET', `/audit${query}`, { token });
  const found = auditEvents.parse(json).events;
  expect(new Set(found.map(({ tenantId }) => tenantId))).toEqual(new Set(['acme', 'globex']));
  expect(new Set(found.map(({ operation }) => operation))).toEqual(new Set(['kms:Decrypt']));
  const logged = stack.logs
    .map((line) => JSON.parse(line))
    .filter(({ message, code }) => message === 'request' && code === 'key-revoked-by-tenant');
  expect(logged.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex']);
  for (const { timestamp } of logged) expect(Date.parse(timestamp)).toBeLessThan(Date.now());
});
