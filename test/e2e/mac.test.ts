/** Keyed hashes for equality searches, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  // Time passes by seconds: tokens and signatures of requests last for minutes.
  stack = await startTestStack({ registryTtlSeconds: 1, dataKeyMaxAgeSeconds: 30 });
  for (const tenantId of ['acme', 'globex']) await stack.client.onboard(tenantId);
}, 120_000);
afterAll(() => stack?.close());

const base64 = (value: string | Uint8Array) => Buffer.from(value).toString('base64');

async function send(operation: string, body: object, tenantId = 'acme') {
  const method = operation === 'mac-keys' ? 'PUT' : 'POST';
  const token = await stack.client.tenantToken(tenantId);
  return stack.client.send(method, `/tenants/${tenantId}/${operation}`, { token, body });
}

interface Mac {
  readonly version: number;
  readonly mac: string;
}

async function macsOf(body: object, tenantId?: string): Promise<Mac[]> {
  const { status, json } = await send('mac', body, tenantId);
  expect(status).toBe(200);
  return json.macs;
}

const email = { purpose: 'user/email', value: base64('ada@example.com') };

const setVersions = (purpose: string, versions: number[]) =>
  send('mac-keys', { purpose, versions });

/** Calls of KMS and writes of the tables since `from`. */
const callsSince = (from: number) =>
  stack.calls
    .slice(from)
    .filter(({ service, operation }) => service === 'kms' || operation === 'PutItem')
    .map(({ operation }) => operation);

describe('a mac', () => {
  test('is the same for the same value, and another for any other, purpose and tenant', async () => {
    const purposes = ['user/email', 'user/$name', 'a'];
    const subject = fc.record({
      tenantId: fc.constantFrom('acme', 'globex'),
      purpose: fc.constantFrom(...purposes),
      value: fc.uint8Array({ maxLength: 40 }),
    });
    const seen = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(subject, async ({ tenantId, purpose, value }) => {
        const [mac, ...others] = await macsOf({ purpose, value: base64(value) }, tenantId);
        expect(others).toEqual([]);
        const of = JSON.stringify([tenantId, purpose, base64(value)]);
        const text = mac?.mac as string;
        expect(Buffer.from(text, 'base64')).toHaveLength(32);
        expect(seen.get(text) ?? of).toBe(of);
        seen.set(text, of);
        expect(new Set(seen.values()).size).toBe(seen.size);
      }),
      { numRuns: 60 },
    );
  });

  test('of fewer bits is the beginning of the whole, and what is left of its last byte is 0', async () => {
    const [whole] = await macsOf(email);
    const all = Buffer.from(whole?.mac as string, 'base64');
    for (const bits of [8, 9, 12, 15, 16, 17, 250, 255, 256]) {
      const [cut] = await macsOf({ ...email, bits });
      const expected = Buffer.from(all.subarray(0, Math.ceil(bits / 8)));
      const spare = expected.length * 8 - bits;
      expected[expected.length - 1] = ((expected.at(-1) as number) >> spare) << spare;
      expect(cut?.mac).toBe(expected.toString('base64'));
    }
  });

  test('costs KMS two calls at the first use of its purpose, and none from then on', async () => {
    const from = stack.calls.length;
    const once = { purpose: 'warm', value: base64('x') };
    const [first] = await macsOf(once);
    expect(callsSince(from)).toEqual(['GenerateDataKeyWithoutPlaintext', 'PutItem', 'Decrypt']);
    const then = stack.calls.length;
    for (let n = 0; n < 5; n += 1) expect(await macsOf(once)).toEqual([first]);
    expect(callsSince(then)).toEqual([]);
  });

  test('is the same by whichever of many first uses at once', async () => {
    const many = Array.from({ length: 8 }, () => macsOf({ purpose: 'raced', value: base64('x') }));
    const macs = (await Promise.all(many)).flat().map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(1);
    stack.pass(31);
    expect((await macsOf({ purpose: 'raced', value: base64('x') }))[0]?.mac).toBe(macs[0]);
  });
});

describe('refused', () => {
  test.each([
    ['no purpose', { value: '' }],
    ['an empty purpose', { purpose: '', value: '' }],
    ['a purpose of 257 characters', { purpose: 'p'.repeat(257), value: '' }],
    ['a purpose with a space', { purpose: 'a b', value: '' }],
    ['a purpose with a line break at its end', { purpose: 'a\n', value: '' }],
    ['a value that is no base64', { purpose: 'a', value: '=' }],
    ['7 bits', { ...email, bits: 7 }],
    ['257 bits', { ...email, bits: 257 }],
    ['half a bit', { ...email, bits: 8.5 }],
    ['a member too many', { ...email, key: '' }],
  ])('%s', async (_, body) => {
    expectProblem(await send('mac', body), 400, 'bad-request');
  });

  test('a value of more than 65,536 bytes', async () => {
    const value = (bytes: number) => ({ purpose: 'large', value: base64(Buffer.alloc(bytes)) });
    expect((await send('mac', value(65_536))).status).toBe(200);
    expectProblem(await send('mac', value(65_537)), 413, 'too-large');
  });

  test("another tenant's path, and a token without the scope", async () => {
    const body = email;
    const token = await stack.client.tenantToken('globex');
    const others = await stack.client.send('POST', '/tenants/acme/mac', { token, body });
    expectProblem(others, 403, 'forbidden');
    const audit = await stack.client.token('tenant-keys/audit', 'acme');
    for (const [method, path] of [
      ['POST', 'mac'],
      ['POST', 'mac-batch'],
      ['PUT', 'mac-keys'],
    ] as const) {
      const answer = await stack.client.send(method, `/tenants/acme/${path}`, {
        token: audit,
        body,
      });
      expectProblem(answer, 403, 'forbidden');
    }
  });

  test('a suspended tenant and an erased one', async () => {
    await stack.client.onboard('leaving');
    await macsOf(email, 'leaving');
    const token = await stack.client.adminToken();
    await stack.client.send('POST', '/tenants/leaving/suspend', { token });
    stack.pass(2);
    expectProblem(await send('mac', email, 'leaving'), 409, 'tenant-suspended');
    expectProblem(await send('mac-batch', { items: [email] }, 'leaving'), 409, 'tenant-suspended');
    const change = { purpose: 'user/email', versions: [1, 2] };
    expectProblem(await send('mac-keys', change, 'leaving'), 409, 'tenant-suspended');
    await stack.setStatus('leaving', 'ERASED');
    stack.pass(2);
    expectProblem(await send('mac', email, 'leaving'), 404, 'tenant-not-found');
  });
});

describe('a batch', () => {
  test('has for each item what it would have alone, or its error', async () => {
    const items = [email, { purpose: 'user/zip', value: base64('1'), bits: 12 }, { purpose: '' }];
    const { status, json } = await send('mac-batch', { items });
    expect(status).toBe(200);
    expect(json.items[0]).toEqual({ macs: await macsOf(items[0] as object) });
    expect(json.items[1]).toEqual({ macs: await macsOf(items[1] as object) });
    expect(json.items[2].error.code).toBe('bad-request');
  });

  test('of 1,000 items and 50 purposes, none of them new, makes no call to KMS', async () => {
    const items = Array.from({ length: 1000 }, (_, n) => ({
      purpose: `field/${n % 50}`,
      value: base64(`${n}`),
    }));
    expect((await send('mac-batch', { items })).status).toBe(200);
    const from = stack.calls.length;
    const { json } = await send('mac-batch', { items });
    expect(new Set(json.items.map((item: { macs: Mac[] }) => item.macs[0]?.mac)).size).toBe(1000);
    expect(callsSince(from)).toEqual([]);
  });

  test('of 51 purposes is refused before any call', async () => {
    const from = stack.calls.length;
    const items = Array.from({ length: 51 }, (_, n) => ({ purpose: `more/${n}`, value: '' }));
    expectProblem(await send('mac-batch', { items }), 400, 'too-many-kms-calls');
    expect(callsSince(from)).toEqual([]);
  });
});

describe("a change of a purpose's key", () => {
  const value = base64('ada@example.com');

  test('gives both macs from its begin to its end, and the old one never again', async () => {
    const purpose = 'changed';
    const [first] = await macsOf({ purpose, value });
    expect((await setVersions(purpose, [1, 2])).json).toEqual({ purpose, versions: [1, 2] });
    stack.pass(2);
    const both = await macsOf({ purpose, value });
    expect(both.map(({ version }) => version)).toEqual([1, 2]);
    expect(both[0]).toEqual(first);
    expect(both[1]?.mac).not.toBe(first?.mac);
    expect((await setVersions(purpose, [2])).status).toBe(200);
    stack.pass(2);
    expect(await macsOf({ purpose, value })).toEqual([both[1]]);
    expect((await setVersions(purpose, [2, 3])).status).toBe(200);
  });

  test('may be repeated at each step', async () => {
    const purpose = 'repeated';
    for (const versions of [[1], [1], [1, 2], [1, 2], [2], [2]]) {
      expect((await setVersions(purpose, versions)).json.versions).toEqual(versions);
    }
  });

  test.each([
    ['a first version 2', [], [2]],
    ['two first versions', [], [1, 2]],
    ['a step over a version', [[1]], [2]],
    ['a version that is gone', [[1], [1, 2], [2]], [1]],
    ['that and the one before', [[1], [1, 2], [2]], [1, 2]],
    ['the newest alone away', [[1], [1, 2]], [1]],
    ['a third version', [[1], [1, 2]], [2, 3]],
  ])('refuses %s', async (name, before, versions) => {
    const purpose = name.replaceAll(' ', '-');
    for (const step of before) expect((await setVersions(purpose, step)).status).toBe(200);
    expectProblem(await setVersions(purpose, versions), 409, 'mac-versions-differ');
  });

  test.each([[[]], [[1, 3]], [[2, 1]], [[1, 1]], [[0]], [[1, 2, 3]], [['1']]])(
    'refuses %j by its form',
    async (versions) => {
      const answer = await send('mac-keys', { purpose: 'a', versions });
      expectProblem(answer, 400, 'bad-request');
    },
  );

  test('that many begin at once has one new key', async () => {
    const purpose = 'changed-at-once';
    await macsOf({ purpose, value });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => setVersions(purpose, [1, 2])),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    stack.pass(2);
    const before = await macsOf({ purpose, value });
    stack.pass(31);
    expect(await macsOf({ purpose, value })).toEqual(before);
  });
});

describe('a row of the table of mac keys', () => {
  const rowOf = (purpose: string) => ({
    TableName: stack.macKeyTableName,
    Key: { tenantId: { S: 'acme' }, purpose: { S: purpose } },
  });
  const value = base64('x');

  test('has a wrapped key that POST .../data-keys/decrypt does not unwrap', async () => {
    await macsOf({ purpose: 'kept', value });
    const { Item } = await stack.administrator.dynamodb.getItem(rowOf('kept'));
    const wrappedDataKey = base64(Item?.versions?.L?.[0]?.M?.wrappedKey?.B as Uint8Array);
    for (const encryptionContext of [
      {},
      { purpose: 'kept' },
      { 'tenant-keys:mac-purpose': 'kept', 'tenant-keys:mac-version': '1' },
      { 'Tenant-Keys:mac-purpose': 'kept', 'tenant-keys:mac-version': '1' },
    ]) {
      const answer = await send('data-keys/decrypt', { wrappedDataKey, encryptionContext });
      expect(answer.status).toBe(400);
      expect(['bad-request', 'decryption-failed']).toContain(answer.json.code);
    }
  });

  test.each([
    ["another purpose's key", 'other', 1],
    ["another version's key", 'kept', 2],
  ])('with %s gives no mac', async (_, from, version) => {
    const { dynamodb } = stack.administrator;
    const purpose = `planted-${version}`;
    await macsOf({ purpose: from, value });
    const { Item } = await dynamodb.getItem(rowOf(from));
    const [kept] = Item?.versions?.L ?? [];
    const planted = { ...kept?.M, version: { N: String(version) } } as NonNullable<
      typeof kept
    >['M'];
    const row = from === 'kept' ? from : purpose;
    await dynamodb.putItem({
      TableName: stack.macKeyTableName,
      Item: {
        ...Item,
        tenantId: { S: 'acme' },
        purpose: { S: row },
        versions: { L: [{ M: planted as Record<string, never> }] },
      },
    });
    stack.pass(2);
    const answer = await send('mac', { purpose: row, value });
    expectProblem(answer, 500, 'internal-error');
  });
});

test('a tenant has 1,000 purposes and no more', async () => {
  await stack.client.onboard('greedy');
  const { dynamodb } = stack.administrator;
  const [first] = await macsOf({ purpose: 'first', value: '' }, 'greedy');
  const others = Array.from({ length: 999 }, (_, n) => ({
    PutRequest: { Item: { tenantId: { S: 'greedy' }, purpose: { S: `planted/${n}` } } },
  }));
  for (let at = 0; at < others.length; at += 25) {
    await dynamodb.batchWriteItem({
      RequestItems: { [stack.macKeyTableName]: others.slice(at, at + 25) },
    });
  }
  const one = { purpose: 'one-more', value: '' };
  expectProblem(await send('mac', one, 'greedy'), 409, 'too-many-purposes');
  expectProblem(await send('mac-batch', { items: [one] }, 'greedy'), 409, 'too-many-purposes');
  const versions = { purpose: 'one-more', versions: [1] };
  expectProblem(await send('mac-keys', versions, 'greedy'), 409, 'too-many-purposes');
  expect(await macsOf({ purpose: 'first', value: '' }, 'greedy')).toEqual([first]);
}, 30_000);

test('nothing of a value or of a key is in a log', async () => {
  await stack.settled();
  const logged = [...stack.logs, ...stack.accessLog].join('\n');
  expect(logged).toContain('"operation":"mac"');
  for (const secret of ['ada@example.com', base64('ada@example.com')]) {
    expect(logged).not.toContain(secret);
  }
});
