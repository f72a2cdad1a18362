/**
 * A client that comes again as it is told: whatever fails of AWS, and wherever, the operation is done once in the end,
 * and nothing that cannot be had back is spent twice.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { repeats } from '../../contract/repeats.ts';
import { type Operation, routes } from '../../contract/routes.ts';
import type { Answer } from './client.ts';
import { type Control, startControl } from './control.ts';
import { plantMoved, plantPreviousKey } from './planted-keys.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl({ reconcileEveryMinutes: 1440, trail: false }));
}, 60_000);
afterAll(() => stack.close());

type Send = (tenantId: string) => Promise<Answer>;
interface Tried {
  readonly send: Send;
  /** what leads there */
  readonly before?: readonly Send[];
  /** calls of KMS that spend something, of one request */
  readonly spends?: Readonly<Record<string, number>>;
}

const onboard: Send = (id) => control.put(id);
const suspend: Send = (id) => control.post(id, 'suspend');
const offboard: Send = (id) => control.offboard(id);
const dataPlane =
  (path: string, body: (tenantId: string) => object): Send =>
  async (id) =>
    stack.client.send('POST', `/tenants/${id}/${path}`, {
      token: await stack.client.tenantToken(id),
      body: body(id),
    });
const made = new Map<string, string>();
const ciphertextOf = (id: string) => ({ ciphertext: made.get(id) });

const email = { purpose: 'user/email', value: 'eA==' };

/** The stack has one key store alone. */
const planted = async (
  id: string,
  plant: (of: TestStack, tenantId: string) => Promise<unknown>,
) => {
  await plant(stack, id);
  return control.send('GET', '/tenants');
};

const tried: Readonly<Record<string, Tried>> = {
  onboard: { send: onboard, spends: { CreateKey: 1 } },
  update: {
    send: (id) => control.send('PATCH', `/tenants/${id}`, { displayName: 'New', legalName: null }),
    before: [onboard],
  },
  suspend: { send: suspend, before: [onboard] },
  resume: { send: (id) => control.post(id, 'resume'), before: [onboard, suspend] },
  offboard: { send: offboard, before: [onboard], spends: { ScheduleKeyDeletion: 1 } },
  restore: { send: (id) => control.post(id, 'restore'), before: [onboard, offboard] },
  setRotation: {
    send: (id) => control.send('PUT', `/tenants/${id}/key/rotation`, { rotationPeriodInDays: 100 }),
    before: [onboard],
  },
  rotate: {
    send: (id) => control.post(id, 'key/rotations'),
    before: [onboard],
    spends: { RotateKeyOnDemand: 1 },
  },
  changeKeyStore: {
    send: (id) => control.send('POST', `/tenants/${id}/key-store`, { keyStore: 'aws-kms' }),
    before: [(id) => planted(id, plantMoved)],
  },
  endPreviousKey: {
    send: (id) => control.send('DELETE', `/tenants/${id}/key-store/previous`),
    before: [(id) => planted(id, plantPreviousKey)],
    spends: { ScheduleKeyDeletion: 1 },
  },
  restorePreviousKey: {
    send: (id) => control.post(id, 'key-store/previous/restore'),
    before: [
      (id) => planted(id, plantPreviousKey),
      (id) => control.send('DELETE', `/tenants/${id}/key-store/previous`),
    ],
  },
  encrypt: { send: dataPlane('encrypt', () => ({ plaintext: 'eA==' })), before: [onboard] },
  decrypt: { send: dataPlane('decrypt', ciphertextOf), before: [onboard] },
  reencrypt: { send: dataPlane('reencrypt', ciphertextOf), before: [onboard] },
  encryptBatch: {
    send: dataPlane('encrypt-batch', () => ({ items: [{ plaintext: 'eA==' }] })),
    before: [onboard],
  },
  decryptBatch: {
    send: dataPlane('decrypt-batch', (id) => ({ items: [ciphertextOf(id)] })),
    before: [onboard],
  },
  reencryptBatch: {
    send: dataPlane('reencrypt-batch', (id) => ({ items: [ciphertextOf(id)] })),
    before: [onboard],
  },
  mac: { send: dataPlane('mac', () => email), before: [onboard] },
  macBatch: {
    send: dataPlane('mac-batch', () => ({ items: [email, { purpose: 'other', value: '' }] })),
    before: [onboard],
  },
  setMacVersions: {
    send: async (id) =>
      stack.client.send('PUT', `/tenants/${id}/mac-keys`, {
        token: await stack.client.tenantToken(id),
        body: { purpose: email.purpose, versions: [1, 2] },
      }),
    before: [onboard, dataPlane('mac', () => email)],
  },
  rewrapMacKeys: { send: dataPlane('mac-keys/rewrap', () => ({})), before: [onboard] },
  generateDataKey: { send: dataPlane('data-keys', () => ({})), before: [onboard] },
};

const spending = ['CreateKey', 'RotateKeyOnDemand', 'ScheduleKeyDeletion'];
const spentSince = (from: number) => {
  const spent: Record<string, number> = {};
  for (const { eventName, errorCode } of stack.deployment.trail.events.slice(from)) {
    if (errorCode !== undefined || !spending.includes(eventName)) continue;
    spent[eventName] = (spent[eventName] ?? 0) + 1;
  }
  return spent;
};

async function rowOf(tenantId: string) {
  const { dynamodb } = stack.administrator;
  const Key = { tenantId: { S: tenantId } };
  const { Item } = await dynamodb.getItem({ TableName: stack.tableName, Key });
  return Item;
}

/** Stands for waiting as long as Retry-After says. */
async function leaseEnds(tenantId: string) {
  if ((await rowOf(tenantId))?.lease === undefined) return;
  await stack.administrator.dynamodb.updateItem({
    TableName: stack.tableName,
    Key: { tenantId: { S: tenantId } },
    UpdateExpression: 'SET lease.expiresAt = :past',
    ExpressionAttributeValues: { ':past': { N: '1' } },
  });
}

const comesAgain = ({ headers }: Answer) => 'retry-after' in headers;

/** @returns the last answer: the first one that does not say when to come again */
async function obey(tenantId: string, send: Send): Promise<Answer> {
  let answer = await stack.inHaste(() => send(tenantId), 5);
  stack.deployment.faults.clear();
  for (let count = 0; comesAgain(answer) && count < 5; count += 1) {
    await leaseEnds(tenantId);
    answer = await send(tenantId);
  }
  return answer;
}

const faults = ['lost', 'error', 'throttle'] as const;

describe.each(Object.entries(tried))('%s', (name, { send, before = [], spends = {} }) => {
  const prepare = async (tenantId: string) => {
    for (const step of before) expect((await step(tenantId)).status).toBeLessThan(300);
    if (repeats[name as Operation] !== 'anew') return;
    made.set(tenantId, await stack.client.encrypt(tenantId, Buffer.from('x')));
  };

  test.each(faults)(
    '%s at any call: whoever comes again has it done once',
    async (fault) => {
      const whole = `${name}-${fault}`.toLowerCase();
      await prepare(whole);
      const from = stack.calls.length;
      expect((await send(whole)).status).toBeLessThan(300);
      const calls = stack.calls.length - from;
      expect(calls).toBeGreaterThan(0);

      for (let after = 0; after < calls; after += 1) {
        const tenantId = `${whole}-${after}`;
        await prepare(tenantId);
        const begin = stack.deployment.trail.events.length;
        const callsBefore = stack.calls.length;
        // As often as the SDK tries a call; an operation that it may not repeat ends at the first.
        stack.deployment.faults.set([
          { service: '*', operation: '*', fault, after, count: fault === 'throttle' ? 30 : 3 },
        ]);
        const answer = await obey(tenantId, send);
        if (answer.json.code === 'rotation-unconfirmed') {
          // Not known then; who asks later hears what KMS did, and nothing more is spent.
          const isKnown = (await send(tenantId)).status < 300;
          expect([name, comesAgain(answer)]).toEqual(['rotate', false]);
          expect([after, spentSince(begin)]).toEqual([after, isKnown ? spends : {}]);
          continue;
        }
        expect([after, answer.status < 300, comesAgain(answer)]).toEqual([after, true, false]);
        expect([after, spentSince(begin)]).toEqual([after, spends]);
        const row = await rowOf(tenantId);
        expect([after, row?.lease, row?.intent]).toEqual([after, undefined, undefined]);
        if (repeats[name as Operation] !== 'anew') continue;
        const written = stack.calls
          .slice(callsBefore)
          .filter(({ operation }) => /^(Put|Update|Delete)Item$/.test(operation));
        expect(written).toEqual([]);
      }
    },
    120_000,
  );
});

test('every operation that changes or makes something is tried, but those that only read or unwrap', () => {
  const operations = routes
    .map(({ operation }) => operation)
    .filter((operation) => repeats[operation] !== 'reads');
  const others = ['erasureCertificate', 'decryptDataKey'];
  expect([...new Set(operations)].filter((one) => !others.includes(one)).sort()).toEqual(
    Object.keys(tried).sort(),
  );
});
