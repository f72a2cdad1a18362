/** `npm run smoke` against the local stack: all well, and each step as it says that something is not. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../operate/step.ts';
import { type Fault, inFrontOf, resultsOf, smoke } from './smoke-harness.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
}, 60_000);
afterAll(() => stack.close());

const statuses = async () => {
  const token = await stack.client.adminToken();
  const { json } = await stack.client.send('GET', '/tenants?limit=100', { token });
  return json.tenants.map(({ tenantId, status }: Record<string, string>) => [tenantId, status]);
};

/** Runs it with a server in front of the API, or of the AWS endpoint, and takes what it says of a step. */
async function failing(step: string, faults: { api?: Fault; aws?: Fault }): Promise<StepResult> {
  const { origin, pathname } = new URL(stack.api);
  const api = await inFrontOf(origin, faults.api ?? (() => undefined));
  const aws = await inFrontOf(stack.aws, faults.aws ?? (() => undefined));
  try {
    const place = { api: `${api.url}${pathname}`, aws: aws.url, issuer: stack.issuer };
    const run = await smoke(['--json', '--wait', '3'], place);
    expect(run).toMatchObject({ code: 1, err: '' });
    const results = resultsOf(run);
    expect(results.get('offboard')?.outcome).toBe('ok');
    return results.get(step) as StepResult;
  } finally {
    await api.close();
    await aws.close();
  }
}

const octets = 'application/octet-stream';
const path = /\/tenants\/(smoke-[a-f0-9]{8}-[ab])(\/[a-z-]+)?/;
const at = (url = '') => ({ tenant: path.exec(url)?.[1] ?? '', action: path.exec(url)?.[2] ?? '' });

test('without a flag it finds the stack of npm start, goes through every step, and leaves nothing behind', async () => {
  const { code, out, err } = await smoke([], stack);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/:.*/, ''))).toEqual([
    'smoke',
    'ok        token',
    'ok        onboard',
    'ok        encrypt',
    'ok        decrypt',
    'ok        neighbour',
    'ok        canary',
    'ok        audit',
    'left out',
    'left out',
    'ok        offboard',
  ]);
  expect(out).toContain(`smoke: the stack of npm start, ${stack.api}`);
  expect(out).toMatch(/left out: alarm: one machine has no CloudWatch alarms/);
  expect(out).toMatch(/left out: trail: one machine has no trail/);
  const known = await statuses();
  expect(known).toContainEqual(['acme', 'ACTIVE']);
  expect(known.filter(([id]: string[]) => id?.startsWith('smoke-'))).toEqual([
    [expect.any(String), 'OFFBOARDING'],
    [expect.any(String), 'OFFBOARDING'],
  ]);
}, 60_000);

test('with names of tenants it takes up again what an earlier run has offboarded', async () => {
  for (const _ of [1, 2]) {
    const { code, out } = await smoke(['--tenants', 'smoke-one,smoke-two', '--json'], stack);
    expect({ code, out }).toMatchObject({ code: 0 });
  }
}, 60_000);

test('names that are not its own, and half of the tokens, are refused before anything is asked', async () => {
  const before = stack.accessLog.length;
  for (const names of [
    'acme,globex',
    'smoke-a',
    'smoke-a,smoke-a',
    'smoke-a,acme',
    'smoke-a,smoke-b,acme',
    'smoke-A,smoke-b',
  ]) {
    const { code, err } = await smoke(['--tenants', names], stack);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('expected two names that begin with smoke-'),
    ]);
  }
  const half = await smoke(['--tenants', 'smoke-a,smoke-b'], stack, { SMOKE_ADMIN_TOKEN: 'x.y.z' });
  expect([half.code, half.err]).toEqual([2, expect.stringContaining('are needed together')]);
  expect(half.err).not.toContain('x.y.z');
  expect(stack.accessLog.length).toBe(before);
}, 60_000);

test('tokens of the environment will do, and are printed nowhere', async () => {
  const tokens = {
    SMOKE_ADMIN_TOKEN: await stack.client.adminToken(),
    SMOKE_FIRST_TOKEN: await stack.client.tenantToken('smoke-given-a'),
    SMOKE_SECOND_TOKEN: await stack.client.tenantToken('smoke-given-b'),
  };
  const run = await smoke(['--tenants', 'smoke-given-a,smoke-given-b'], stack, tokens);
  expect(run).toMatchObject({ code: 0, err: '' });
  for (const token of Object.values(tokens)) expect(run.out).not.toContain(token.split('.')[2]);
}, 60_000);

test("an administrator's token that does not count stops it at the token, with the remedy", async () => {
  const token = await stack.client.tenantToken('smoke-given-a');
  const tokens = { SMOKE_ADMIN_TOKEN: token, SMOKE_FIRST_TOKEN: token, SMOKE_SECOND_TOKEN: token };
  const run = await smoke(['--tenants', 'smoke-given-a,smoke-given-b', '--json'], stack, tokens);
  expect(run.code).toBe(1);
  const results = resultsOf(run);
  expect(results.get('token')).toMatchObject({
    outcome: 'failed',
    found: expect.stringContaining('403 forbidden'),
    remedy: expect.stringContaining('npm run token:check'),
  });
  expect(results.get('onboard')).toMatchObject({ outcome: 'not run', found: 'it needs token' });
  expect(results.get('offboard')).toMatchObject({ found: 'nothing was onboarded' });
}, 60_000);

describe('a stack in which something is wrong:', () => {
  test('a tenant is not ACTIVE after its onboarding', async () => {
    const api: Fault = ({ method, url }) => {
      const { tenant, action } = at(url);
      if (method !== 'PUT' || action !== '') return undefined;
      return { status: 200, body: JSON.stringify({ tenantId: tenant, status: 'PROVISIONING' }) };
    };
    const found = await failing('onboard', { api });
    expect(found).toMatchObject({
      outcome: 'failed',
      found: expect.stringMatching(/is PROVISIONING/),
    });
  }, 60_000);

  test.each([
    ["the neighbour's token at the tenant's path", '-a'],
    ["the tenant's message at the neighbour's path", '-b'],
  ])(
    'a neighbour is not refused: %s',
    async (attempt, place) => {
      let decryptions = 0;
      const api: Fault = ({ url }) => {
        const { tenant, action } = at(url);
        if (action !== '/decrypt') return undefined;
        decryptions += 1;
        // The first two are the tenants' own.
        return decryptions > 2 && tenant.endsWith(place)
          ? { status: 200, body: 'x', type: octets }
          : undefined;
      };
      expect(await failing('neighbour', { api })).toMatchObject({
        outcome: 'failed',
        found: `${attempt} got through`,
        remedy: expect.stringContaining('breach'),
      });
    },
    60_000,
  );

  test("a neighbour is not refused: the neighbour's token at the tenant's audit", async () => {
    const api: Fault = ({ url }) =>
      at(url).action === '/audit' ? { status: 200, body: '{"events":[]}' } : undefined;
    expect(await failing('neighbour', { api })).toMatchObject({
      outcome: 'failed',
      found: "the neighbour's token at the tenant's audit got through",
    });
  }, 60_000);

  test('a refusal for another reason is none', async () => {
    let decryptions = 0;
    const api: Fault = ({ url }) => {
      if (at(url).action !== '/decrypt') return undefined;
      decryptions += 1;
      const body = JSON.stringify({ code: 'unauthorized', detail: 'No token.', status: 401 });
      return decryptions > 2 ? { status: 401, body, type: 'application/problem+json' } : undefined;
    };
    expect(await failing('neighbour', { api })).toMatchObject({
      outcome: 'failed',
      found: expect.stringContaining('401 unauthorized'),
    });
  }, 60_000);

  test('a tenant gets other bytes back', async () => {
    const api: Fault = ({ url }) =>
      at(url).action === '/decrypt' ? { status: 200, body: 'x', type: octets } : undefined;
    expect(await failing('decrypt', { api })).toMatchObject({
      outcome: 'failed',
      found: expect.stringMatching(/^smoke-.*-a got other bytes than it gave$/),
    });
  }, 60_000);

  test('encryption gives the plaintext back', async () => {
    const api: Fault = ({ url }, body) => {
      if (at(url).action !== '/encrypt') return undefined;
      // It begins as a message does, which is all that the client looks at.
      const message = Buffer.concat([Buffer.from([2, 5, 0x78]), body]);
      return { status: 200, body: message, type: octets };
    };
    expect(await failing('encrypt', { api })).toMatchObject({
      outcome: 'failed',
      found: 'the message has the plaintext in it',
    });
  }, 60_000);

  test('the canary finds an open path, or has tried none', async () => {
    const report = {
      opened: ['data plane: Decrypt'],
      broken: [],
      unknown: [],
      denied: ['x'],
      allowed: ['y'],
    };
    const withReport =
      (body: object): Fault =>
      () => ({ status: 200, body: JSON.stringify(body) });
    expect(await failing('canary', { aws: withReport(report) })).toMatchObject({
      outcome: 'failed',
      found: '1 paths opened: data plane: Decrypt',
    });
    const none = { opened: [], broken: [], unknown: [], denied: [], allowed: [] };
    expect(await failing('canary', { aws: withReport(none) })).toMatchObject({
      found: 'it has tried no path',
    });
  }, 120_000);

  const request = { kind: 'request', outcome: 'succeeded', kmsCalls: [{ requestId: 'one' }] };
  const encrypt = { ...request, operation: 'encrypt' };
  const decrypt = { ...request, operation: 'decrypt' };
  const attempt = { kind: 'attempt', outcome: 'refused', operation: 'decrypt' };
  const otherCall = { kind: 'kms', requestId: 'two' };
  test.each([
    ['request to encrypt', []],
    ['request to encrypt', [{ ...encrypt, outcome: 'failed' }, decrypt, attempt]],
    ['request to decrypt', [encrypt, attempt]],
    ['attempt of the neighbour', [encrypt, decrypt]],
    ['call of KMS on which a request rests', [encrypt, decrypt, attempt, otherCall]],
  ])(
    'the audit has no %s',
    async (missing, events) => {
      let asked = 0;
      const api: Fault = ({ url }) => {
        if (at(url).action !== '/audit') return undefined;
        asked += 1;
        // The first is the neighbour's.
        return asked > 1 ? { status: 200, body: JSON.stringify({ events }) } : undefined;
      };
      expect(await failing('audit', { api })).toMatchObject({
        outcome: 'failed',
        found: `after 3 s the audit has no ${missing}`,
        remedy: expect.stringContaining('indexer-failing'),
      });
    },
    60_000,
  );
});
