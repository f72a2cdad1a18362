/**
 * A tenant takes the right to its own key away, by each way that AWS gives it, while requests are in flight: nothing is opened
 * after the promised time, and when the right is back everything is, without an operator.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rolePolicy, trustPolicy } from '../../contract/external-account.ts';
import type { Answer } from './client.ts';
import { type ExternalStack, type GivenKey, startExternalStack } from './external-account.ts';
import { expectProblem } from './problem.ts';

/** The default of `keyStores.dataKeyMaxAgeSeconds`. */
const promisedSeconds = 60;
const inFlight = 200;

let stack: ExternalStack;
let given: GivenKey;
let messages: string[];
let count = 0;
beforeAll(async () => {
  stack = await startExternalStack();
}, 120_000);
beforeEach(async () => {
  count += 1;
  given = await stack.give(`revoked-${count}`);
  await stack.plant(given);
  messages = [];
  for (const document of ['1', '2', '3', '4']) {
    const body = { plaintext, encryptionContext: { document } };
    messages.push((await patiently(() => crypto('encrypt', body))).json.ciphertext);
  }
});
afterEach(() => stack.deployment.faults.clear());
afterAll(() => stack?.close());

const plaintext = Buffer.from('Hello, Acme.').toString('base64');
const crypto = (operation: string, body: object) => stack.crypto(given.tenantId, operation, body);
const open = (number: number) => {
  const at = number % messages.length;
  const encryptionContext = { document: String(at + 1) };
  return crypto('decrypt', { ciphertext: messages[at], encryptionContext });
};
/** As a client does: what the machine was too busy for is sent again. That is no answer about the key. */
const patiently = async (send: () => Promise<Answer>, attempts = 5): Promise<Answer> => {
  const answer = await send();
  const isBusy = answer.status === 503 && answer.json.code === 'unavailable';
  return isBusy && attempts > 1 ? patiently(send, attempts - 1) : answer;
};
const openPatiently = (number: number) => patiently(() => open(number));
const openAll = async () => {
  const all = await Promise.all(
    Array.from({ length: inFlight }, (_, number) => openPatiently(number)),
  );
  const byAnswer = Map.groupBy(all, ({ status, json }) => String(json.code ?? status));
  return Object.fromEntries([...byAnswer].map(([what, { length }]) => [what, length]));
};

/** A promise of nobody: how the owner of the account takes the right away, and gives it back. */
interface Way {
  revoke(): Promise<unknown>;
  giveBack(): Promise<unknown>;
}

const policyText = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const nobody = { Sid: 'Nobody', Effect: 'Deny', Principal: '*' };
const nameOfRole = () => ({ RoleName: given.tenantId });

const ways: Readonly<Record<string, () => Way>> = {
  'the key is disabled': () => ({
    revoke: () => stack.owner.kms.disableKey({ KeyId: given.keyArn }),
    giveBack: () => stack.owner.kms.enableKey({ KeyId: given.keyArn }),
  }),
  'the key is to be deleted': () => ({
    revoke: () => stack.owner.kms.scheduleKeyDeletion({ KeyId: given.keyArn }),
    async giveBack() {
      await stack.owner.kms.cancelKeyDeletion({ KeyId: given.keyArn });
      await stack.owner.kms.enableKey({ KeyId: given.keyArn });
    },
  }),
  'the policy of the key refuses the role': () => {
    let before = '';
    return {
      async revoke() {
        const KeyId = given.keyArn;
        before = (await stack.owner.kms.getKeyPolicy({ KeyId })).Policy ?? '';
        const { Statement } = JSON.parse(before);
        const Policy = policyText(...Statement, {
          ...nobody,
          Action: 'kms:Decrypt',
          Resource: '*',
        });
        await stack.owner.kms.putKeyPolicy({ KeyId, Policy });
      },
      giveBack: () => stack.owner.kms.putKeyPolicy({ KeyId: given.keyArn, Policy: before }),
    };
  },
  'the role lets nobody in': () => {
    const trusting = (PolicyDocument: string) =>
      stack.owner.iam.updateAssumeRolePolicy({ ...nameOfRole(), PolicyDocument });
    return {
      revoke: () => trusting(policyText({ ...nobody, Action: 'sts:AssumeRole' })),
      giveBack: () => trusting(JSON.stringify(trustPolicy(stack.accountOf(given.tenantId)))),
    };
  },
  'the role is deleted, and made again': () => ({
    async revoke() {
      await stack.owner.iam.deleteRolePolicy({ ...nameOfRole(), PolicyName: 'UseTheKey' });
      await stack.owner.iam.deleteRole(nameOfRole());
    },
    async giveBack() {
      const account = stack.accountOf(given.tenantId);
      await stack.owner.iam.createRole({
        ...nameOfRole(),
        Path: `/${account.name}/`,
        AssumeRolePolicyDocument: JSON.stringify(trustPolicy(account)),
      });
      await stack.owner.iam.putRolePolicy({
        ...nameOfRole(),
        PolicyName: 'UseTheKey',
        PolicyDocument: JSON.stringify(rolePolicy(account, given.keyArn)),
      });
    },
  }),
};

describe.each(Object.entries(ways))('%s', (_, way) => {
  test(`of ${inFlight} requests none opens anything after ${promisedSeconds} s, and all do when it is back`, async () => {
    const { revoke, giveBack } = way();
    expect(await openAll()).toEqual({ 200: inFlight });
    const during = openAll();
    await revoke();
    const seen = await during;
    // Some had the data key already: within the promised time it counts.
    expect(Object.keys(seen).every((one) => ['200', 'key-revoked-by-tenant'].includes(one))).toBe(
      true,
    );
    stack.pass(promisedSeconds);
    expect(await openAll()).toEqual({ 'key-revoked-by-tenant': inFlight });
    await giveBack();
    // A refusal counts for a moment, so that not each request asks STS.
    stack.pass(3);
    expect(await openAll()).toEqual({ 200: inFlight });
  }, 60_000);
});

test('what is refused says whose doing it is, and nothing of what AWS said', async () => {
  await stack.owner.kms.disableKey({ KeyId: given.keyArn });
  stack.pass(promisedSeconds);
  for (const [operation, body] of [
    ['encrypt', { plaintext }],
    ['data-keys', {}],
    ['mac', { purpose: 'email', value: plaintext }],
    ['encrypt-batch', { items: [{ plaintext }] }],
  ] as const) {
    const answer = await crypto(operation, body);
    expectProblem(answer, 409, 'key-revoked-by-tenant');
    expect(answer.text).not.toMatch(/arn:|222222222222|disabled/);
  }
});

test('a suspended tenant hears that it is suspended, whatever its own account says', async () => {
  await stack.owner.kms.disableKey({ KeyId: given.keyArn });
  await stack.setStatus(given.tenantId, 'SUSPENDED');
  stack.pass(promisedSeconds);
  expectProblem(await open(0), 409, 'tenant-suspended');
});

test('while it is refused STS is asked every two seconds, and KMS never', async () => {
  await ways['the role lets nobody in']?.().revoke();
  stack.pass(promisedSeconds);
  const before = stack.calls.length;
  await openAll();
  const made = stack.calls.slice(before).map(({ service, operation }) => `${service} ${operation}`);
  expect(made.filter((one) => one.startsWith('kms'))).toEqual([]);
  expect(made.filter((one) => one === 'sts AssumeRole').length).toBeLessThan(10);
});

describe('AWS in the tenant’s account gives no answer', () => {
  const ciphertextOf = () => openPatiently(0);

  test.each([
    ['KMS throttles', { service: 'kms', operation: 'Decrypt', fault: 'throttle' }],
    ['KMS fails', { service: 'kms', operation: 'Decrypt', fault: 'error' }],
    ['the answer of KMS is lost', { service: 'kms', operation: 'Decrypt', fault: 'lost' }],
    ['STS throttles', { service: 'sts', operation: 'AssumeRole', fault: 'throttle' }],
    ['STS fails', { service: 'sts', operation: 'AssumeRole', fault: 'error' }],
  ] as const)('%s: a 503 of that store, and afterwards it is served', async (_, fault) => {
    stack.pass(promisedSeconds);
    stack.deployment.faults.set([fault]);
    const answer = await stack.inHaste(ciphertextOf, 4);
    expectProblem(answer, 503, 'key-store-unavailable');
    expect(answer.json.detail).toContain('aws-kms-external');
    stack.deployment.faults.clear();
    expect((await ciphertextOf()).json).toEqual({ plaintext });
  });

  test('a session that AWS takes for expired is opened anew, within the request', async () => {
    stack.pass(promisedSeconds);
    await open(0);
    stack.pass(10);
    stack.deployment.faults.set([
      { service: 'kms', operation: 'Decrypt', fault: 'expired', count: 1 },
    ]);
    expect((await open(1)).json).toEqual({ plaintext });
    stack.deployment.faults.clear();
  });

  test('STS that is down does not end a session that is good still', async () => {
    stack.pass(promisedSeconds);
    await open(0);
    stack.pass(promisedSeconds / 2 + 1);
    stack.deployment.faults.set([{ service: 'sts', operation: 'AssumeRole', fault: 'error' }]);
    const answer = await stack.inHaste(() => open(1), 2);
    stack.deployment.faults.clear();
    expect(answer.json).toEqual({ plaintext });
  });
});
