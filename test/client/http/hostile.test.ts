/** A server, a proxy or a caller that means ill gets no token, no result, and no way into logs. */
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkedContext, headerOf } from '../../../client/context.ts';
import { TenantKeys, type TenantKeysOptions, UsageError } from '../../../client/tenant-keys.ts';
import {
  type FaultyServer,
  type Handler,
  json,
  problem,
  startFaultyServer,
  thrown,
} from '../harness.ts';

let server: FaultyServer;
let elsewhere: FaultyServer;
beforeAll(async () => {
  [server, elsewhere] = await Promise.all([startFaultyServer(), startFaultyServer()]);
  elsewhere.answer(json({ tenantId: 'acme', status: 'ACTIVE' }));
});
afterAll(() => Promise.all([server.close(), elsewhere.close()]));

const client = (options: Partial<TenantKeysOptions> = {}) =>
  new TenantKeys({ url: server.url, token: 'the-token', maxAttempts: 1, ...options });
const raw =
  (body: string | Buffer, type: string, status = 200): Handler =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': type }).end(body);
  };
const octets = 'application/octet-stream';

describe('a redirection is not followed', () => {
  test.each([301, 302, 303, 307, 308])('%i', async (status) => {
    server.answer((_, response) => {
      response.writeHead(status, { Location: `${elsewhere.url}/tenants/acme` }).end();
    });
    const error = await thrown(client().tenants.get('acme'));
    expect(error).toMatchObject({ reason: 'unexpected-answer', status });
    expect(elsewhere.requests).toEqual([]);
  });

  test('nor taken where fetch has followed it', async () => {
    const eager: typeof fetch = (url, init) => fetch(url, { ...init, redirect: 'follow' });
    server.answer((_, response) => {
      response.writeHead(302, { Location: `${elsewhere.url}/tenants/acme` }).end();
    });
    const error = await thrown(client({ fetch: eager }).tenants.get('acme'));
    expect(error).toMatchObject({ reason: 'unexpected-answer' });
  });
});

describe('is no result of a tenant', () => {
  test.each<[string, Handler]>([
    ["a proxy's page", raw('<html>sign in</html>', 'text/html')],
    ["a proxy's page that calls itself JSON", raw('<html>sign in</html>', 'application/json')],
    ['a list', json([])],
    ['null', json(null)],
    ['another object', json({ message: 'hello' })],
    ['another type of a member', json({ tenantId: 7, status: 'ACTIVE' })],
    [
      'bytes that are not UTF-8',
      raw(Buffer.from('{"tenantId":"\xff"}', 'latin1'), 'application/json'),
    ],
    ['nothing', (_, response) => response.writeHead(204).end()],
    ['17 MB', json({ tenantId: 'acme', status: 'ACTIVE', more: 'x'.repeat(17_000_000) })],
  ])('%s', async (_, handler) => {
    server.answer(handler);
    expect(await thrown(client().tenants.get('acme'))).toMatchObject({
      name: 'ConnectionError',
      reason: 'unexpected-answer',
    });
  });
});

test('an answer without end is left', async () => {
  let sent = 0;
  server.answer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const more = () => {
      while (!response.destroyed && sent < 200_000_000) {
        sent += 1_000_000;
        if (!response.write(Buffer.alloc(1_000_000, ' '))) return response.once('drain', more);
      }
      return undefined;
    };
    more();
  });
  expect(await thrown(client().tenants.get('acme'))).toMatchObject({ reason: 'unexpected-answer' });
  expect(sent).toBeLessThan(100_000_000);
});

test('an answer that is small only until it is decompressed is left', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  server.answer((_, response) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    response.writeHead(200, headers).end(bomb);
  });
  expect(await thrown(client().tenants.get('acme'))).toMatchObject({
    message: expect.stringMatching(/too large/),
  });
});

describe('is no plaintext', () => {
  const ciphertext = Buffer.from('a ciphertext, or so');
  test.each<[string, Handler]>([
    [
      'the ciphertext, sent back',
      ({ body }, response) => raw(body, octets)({} as never, response, 0),
    ],
    ["a proxy's page", raw('<html>', 'text/html')],
  ])('%s', async (_, handler) => {
    server.answer(handler);
    expect(await thrown(client().tenant('acme').decrypt(ciphertext))).toMatchObject({
      reason: 'unexpected-answer',
    });
  });
});

describe('is no ciphertext', () => {
  const plaintext = Buffer.from('a plaintext of some length');
  test.each<[string, Handler]>([
    [
      'the plaintext, sent back',
      ({ body }, response) => raw(body, octets)({} as never, response, 0),
    ],
    ['the plaintext in base64', json({ ciphertext: plaintext.toString('base64') })],
    ["a proxy's page", raw('<html>sign in, please, with this form</html>', octets)],
    ['a page with its own type', raw('<html>', 'text/html')],
    ['nothing', raw('', octets)],
  ])('%s', async (_, handler) => {
    server.answer(handler);
    expect(await thrown(client().tenant('acme').encrypt(plaintext))).toMatchObject({
      reason: 'unexpected-answer',
    });
  });

  test.each<[string, unknown]>([
    ['the plaintext, in a batch', { items: [{ ciphertext: plaintext.toString('base64') }] }],
    ['not base64', { items: [{ ciphertext: '****' }] }],
    ['another number of items', { items: [] }],
    ['an error that is none', { items: [{ error: true }] }],
    ['null', { items: [null] }],
  ])('%s', async (_, answer) => {
    server.answer(json(answer));
    expect(await thrown(client().tenant('acme').encryptBatch([{ plaintext }]))).toMatchObject({
      reason: 'unexpected-answer',
    });
  });
});

test.each([{}, 7, ['x'], 'the same'])(
  'a next page %j is none, and asked for at most once',
  async (nextCursor) => {
    server.answer(json({ events: [], nextCursor }));
    expect(await thrown(client().tenant('acme').audit().next())).toMatchObject({
      reason: 'unexpected-answer',
    });
    expect(server.requests.length).toBeLessThanOrEqual(2);
  },
);

test('a data key of another length is none', async () => {
  server.answer(
    json({ keyProviderId: 'aws-kms', keyArn: 'arn', wrappedDataKey: 'AAAA', plaintext: 'AAAA' }),
  );
  expect(await thrown(client().tenant('acme').dataKey())).toMatchObject({
    reason: 'unexpected-answer',
  });
});

test('a member __proto__ is dropped, and changes no object', async () => {
  server.answer(
    raw('{"tenantId":"acme","status":"ACTIVE","__proto__":{"isAdmin":true}}', 'application/json'),
  );
  const tenant = await client().tenants.get('acme');
  expect(Object.assign({}, tenant)).not.toHaveProperty('isAdmin');
  expect(Object.keys(tenant)).toEqual(['tenantId', 'status']);
  expect({}).not.toHaveProperty('isAdmin');
});

test.each(['constructor', '__proto__', 'toString'])('a code "%s" is no class', async (code) => {
  server.answer(problem(400, code));
  const error = await thrown(client().tenants.get('acme'));
  expect(['ProblemError', 'ConnectionError']).toContain(error.name);
});

describe('a problem', () => {
  test('that repeats the token is not passed on', async () => {
    server.answer(problem(400, 'bad-request', {}, 'Your token the-token is wrong.'));
    expect(inspect(await thrown(client().tenants.get('acme')))).not.toContain('the-token');
  });

  test('moves no cursor, begins no line, and is no book', async () => {
    server.answer(
      problem(400, 'bad-request', {}, `\u001b[2J\r\n\u2028fake line\u202e${'x'.repeat(5000)}`),
    );
    const { message } = await thrown(client().tenants.get('acme'));
    expect(message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(message.length).toBeLessThan(1100);
  });
});

describe('a tenant id that is none', () => {
  const wrong = [
    '../admin',
    'a/b',
    '%2e%2e',
    '%61cme',
    'acme?x',
    'acme#',
    'ACME',
    '',
    'a',
    '-a',
    'a\n',
    'á1',
    'x'.repeat(64),
  ];
  test.each(wrong)('%j is refused without a request, and not repeated', async (tenantId) => {
    server.answer(json({}));
    expect(() => client().tenant(tenantId)).toThrow(UsageError);
    const { tenants } = client();
    for (const call of [
      () => tenants.get(tenantId),
      () => tenants.offboard(tenantId),
      () => tenants.rotate(tenantId),
    ]) {
      const error = await thrown(call());
      expect(error).toBeInstanceOf(UsageError);
      if (tenantId.length > 3) expect(error.message).not.toContain(tenantId);
    }
    expect(server.requests).toEqual([]);
  });

  test.each([[['acme']], [{ toString: (): string => 'acme' }], [undefined], [null]])(
    '%p',
    (value) => {
      expect(() => client().tenant(value as unknown as string)).toThrow(UsageError);
    },
  );
});

describe('a context', () => {
  test('is one line of ASCII in a header, whatever is in it, and the same when it is read', () => {
    const texts = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\r', '\n', '\0', '"', '\\', '\u007f', '\ud800'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
    });
    const property = fc.property(fc.dictionary(texts, texts, { maxKeys: 5 }), (context) => {
      const header = headerOf(context);
      expect(header ?? '').toMatch(/^[ -~]*$/);
      if (header !== undefined) expect(JSON.parse(header)).toEqual({ ...context });
    });
    fc.assert(property);
  });

  test.each<[string, unknown]>([
    ['a number', { a: 1 }],
    ['nothing', { a: undefined }],
    ['an object with toJSON', { a: { toJSON: () => 'x' } }],
    ['a list', ['a']],
    ['a text', 'a'],
    ['null', null],
  ])('with %s is refused', (_, context) => {
    expect(() => checkedContext(context as never)).toThrow(UsageError);
  });

  test('is copied, so that no getter says one thing and then another', () => {
    let count = 0;
    const context = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => String(count++),
    });
    const checked = checkedContext(context);
    expect(JSON.stringify(checked)).toBe(JSON.stringify(checked));
  });
});

test.each(['jane\r\nEvil: 1', ' jane', '', 'ü', 'x'.repeat(257)])(
  'an actor %j is refused',
  async (actor) => {
    server.answer(json({}));
    await expect(client().tenants.get('acme', { actor })).rejects.toThrow(UsageError);
    expect(server.requests).toEqual([]);
  },
);
