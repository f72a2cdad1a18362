/** A header that counts once is refused where it comes twice, however its name is spelled and whatever it says. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SingleHeader, singleHeaders } from '../../contract/request-headers.ts';
import type { HeaderLine } from './client.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let bearer: string;
let ciphertext: Buffer;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  bearer = `Bearer ${await stack.client.tenantToken('acme')}`;
  ciphertext = Buffer.from(await stack.client.encrypt('acme', Buffer.from('x')), 'base64');
});
afterAll(() => stack.close());

interface Row {
  /** two values that each count, so that a refusal is for there being two */
  readonly values: () => readonly [string, string];
  /** the answer to both in one line, as a proxy may join lines (RFC 9110 section 5.3) */
  readonly inOneLine: 'taken' | readonly [status: number, code: string];
  /** of raw bytes */
  readonly operation: 'encrypt' | 'reencrypt';
}

const badRequest = [400, 'bad-request'] as const;

const rows: Readonly<Record<SingleHeader, Row>> = {
  Authorization: {
    values: () => [bearer, bearer.replace(' ', '  ')],
    inOneLine: [401, 'unauthorized'],
    operation: 'encrypt',
  },
  'Content-Type': {
    values: () => ['application/octet-stream', 'Application/Octet-Stream'],
    inOneLine: badRequest,
    operation: 'encrypt',
  },
  'Encryption-Context': {
    values: () => ['{"a":"1"}', '{}'],
    inOneLine: badRequest,
    operation: 'encrypt',
  },
  'New-Encryption-Context': {
    values: () => ['{"b":"2"}', '{}'],
    inOneLine: badRequest,
    operation: 'reencrypt',
  },
  'Encryption-Mode': {
    values: () => ['envelope', 'direct'],
    inOneLine: badRequest,
    operation: 'encrypt',
  },
  // A comma may be in a claim, so nothing tells two from one; the audit shows both.
  'Tenant-Keys-Actor': { values: () => ['jane', 'root'], inOneLine: 'taken', operation: 'encrypt' },
  'Tenant-Keys-Label': { values: () => ['1', '2'], inOneLine: 'taken', operation: 'encrypt' },
};

/** @param lines of the header; the others that a request needs are added */
function send(name: SingleHeader, lines: readonly HeaderLine[]) {
  const needed = (['Authorization', 'Content-Type'] as const)
    .filter((one) => one !== name)
    .map((one) => [one, rows[one].values()[0]] as const);
  return stack.client.send('POST', `/tenants/acme/${rows[name].operation}`, {
    body: ciphertext,
    headers: { 'Content-Type': [] },
    lines: [...needed, ...lines],
  });
}

const spellings: readonly (readonly [string, (name: string) => readonly [string, string]])[] = [
  ['one spelling', (name) => [name, name]],
  ['lower case after', (name) => [name, name.toLowerCase()]],
  ['upper case before', (name) => [name.toUpperCase(), name]],
];

describe.each(singleHeaders)('%s', (name) => {
  test('counts with each of its values', async () => {
    for (const value of rows[name].values()) {
      expect((await send(name, [[name.toLowerCase(), value]])).status).toBe(200);
    }
  });

  test.each(spellings)('twice is a 400: %s', async (_, spelled) => {
    const [first, second] = spelled(name);
    const [one, other] = rows[name].values();
    for (const values of [
      [one, one],
      [one, other],
      [other, one],
    ] as const) {
      const answer = await send(name, [
        [first, values[0]],
        [second, values[1]],
      ]);
      expectProblem(answer, 400, 'bad-request');
      expect(answer.json.detail).toBe(`${name.toLowerCase()}: must be given once`);
    }
  });

  test('twice in one line', async () => {
    const { values, inOneLine } = rows[name];
    const answer = await send(name, [[name, values().join(', ')]]);
    if (inOneLine === 'taken') expect(answer.status).toBe(200);
    else expectProblem(answer, ...inOneLine);
  });
});

test.each(['Authorization', 'Content-Type', 'Tenant-Keys-Actor', 'Tenant-Keys-Label'] as const)(
  '%s twice is a 400 of the control plane too, and nothing is done',
  async (name) => {
    const token = await stack.client.adminToken();
    const once: Readonly<Record<string, string>> = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      [name]: name === 'Authorization' ? `Bearer ${token}` : 'application/json',
    };
    const answer = await stack.client.send('PUT', '/tenants/globex', {
      body: {},
      headers: { 'Content-Type': [] },
      lines: [...Object.entries(once), [name.toLowerCase(), once[name] as string]],
    });
    expectProblem(answer, 400, 'bad-request');
    expect(answer.json.detail).toBe(`${name.toLowerCase()}: must be given once`);
    const read = await stack.client.send('GET', '/tenants/globex', { token });
    expectProblem(read, 404, 'tenant-not-found');
  },
);
