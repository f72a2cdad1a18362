/** No secret is in what is thrown, printed or made JSON: tokens, client secrets, plaintexts, data keys. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TenantKeys, type TenantKeysOptions } from '../../client/tenant-keys.ts';
import { type FaultyServer, type Handler, json, problem, startFaultyServer } from './harness.ts';

let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(() => server.close());

/** Long enough to stand nowhere by chance; visible ASCII, as a token is. */
const secret = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/='),
  minLength: 24,
  maxLength: 60,
});

const forms = (value: string) => [
  value,
  Buffer.from(value).toString('base64'),
  Buffer.from(value).toString('hex'),
  [...Buffer.from(value)].join(', '),
  [...Buffer.from(value)].join(','),
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
];

/** Everything of a value that anybody could see. */
function shown(value: unknown): string {
  const texts: string[] = [];
  for (let one = value; one !== undefined && one !== null; one = (one as Error).cause) {
    texts.push(
      String(one),
      inspect(one, {
        depth: Number.POSITIVE_INFINITY,
        showHidden: true,
        maxStringLength: null,
        maxArrayLength: null,
      }),
      JSON.stringify(one) ?? '',
      (one as Error).stack ?? '',
    );
  }
  return texts.join('\n');
}

function expectHidden(value: unknown, secrets: readonly string[]): void {
  const text = shown(value);
  for (const one of secrets.flatMap(forms)) expect(text.includes(one)).toBe(false);
}

const echo: Handler = ({ headers, body }, response) => {
  const detail = `${headers.authorization} ${headers['encryption-context']}`;
  return problem(
    400,
    'bad-request',
    { 'x-amzn-RequestId': String(headers.authorization).slice(7) },
    detail,
  )({ method: '', path: '', headers, body }, response, 0);
};
const faults: [string, Handler][] = [
  ['a problem', problem(400, 'decryption-failed')],
  ['a refused token', problem(401, 'unauthorized')],
  ['a problem that repeats the token', echo],
  ['a page', (_, response) => response.end('<html>')],
  [
    'what was sent',
    ({ body }, response) =>
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(body),
  ],
  [
    'what was sent, as JSON',
    ({ body }, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body),
  ],
  ['a reset', (_, response) => response.destroy()],
  ['silence', () => {}],
];

const open = (options: Partial<TenantKeysOptions>) =>
  new TenantKeys({ url: server.url, maxAttempts: 1, timeoutMs: 100, ...options });

async function failures(keys: TenantKeys, plaintext: string): Promise<unknown[]> {
  const acme = keys.tenant('acme');
  const bytes = Buffer.from(plaintext);
  const calls = [
    () => acme.encrypt(bytes),
    () => acme.encryptBatch([{ plaintext: bytes }]),
    () => acme.decryptDataKey(bytes),
    () => keys.tenants.get('acme'),
  ];
  return Promise.all(calls.map((call) => call().catch((error) => error)));
}

describe('in no error', () => {
  test.each(faults)('after %s', async (_, handler) => {
    server.answer(handler);
    const property = fc.asyncProperty(secret, secret, async (token, plaintext) => {
      for (const error of await failures(open({ token }), plaintext)) {
        expect(error).toBeInstanceOf(Error);
        expectHidden(error, [token, plaintext]);
      }
    });
    await fc.assert(property, { numRuns: 10 });
  });

  test('after fetch that tells all that it was given', async () => {
    const talkative: typeof fetch = async (url, init) => {
      const { headers, body } = init ?? {};
      const text = `${JSON.stringify(headers)} ${body}`;
      throw Object.assign(new Error(text, { cause: new Error(text) }), {
        code: text,
        headers,
        body,
        url,
      });
    };
    const property = fc.asyncProperty(secret, secret, async (token, plaintext) => {
      const errors = await failures(open({ token, fetch: talkative }), plaintext);
      for (const error of errors) expectHidden(error, [token, plaintext]);
    });
    await fc.assert(property, { numRuns: 20 });
  });

  test('after a function for tokens or parameters that throws one, or gives one that is none', async () => {
    const property = fc.asyncProperty(secret, secret, async (token, plaintext) => {
      const credentials = { tokenUrl: server.url, clientId: 'id', clientSecret: token };
      const fail = () => {
        throw Object.assign(new Error(`no ${token}`, { cause: token }), { name: token, token });
      };
      for (const options of [
        { token: fail },
        { token: () => Promise.reject(token) },
        { token: () => `${token}\n` },
        { token: () => ({ token }) as unknown as string },
        { credentials: { ...credentials, parameters: fail } },
      ]) {
        for (const error of await failures(open(options), plaintext)) {
          expectHidden(error, [token, plaintext]);
        }
      }
    });
    await fc.assert(property, { numRuns: 20 });
  });

  test('of options that cannot be', () => {
    const property = fc.property(secret, (text) => {
      const credentials = {
        tokenUrl: 'https://issuer.example',
        clientId: 'id',
        clientSecret: text,
      };
      for (const options of [
        { url: text, token: 't' },
        { url: 'https://api.example', token: `${text} ` },
        { url: `https://${text.replace(/\W/g, 'x')}:p@api.example`, token: 't' },
        { url: 'https://api.example', credentials: { ...credentials, tokenUrl: `x ${text}` } },
        { url: 'https://api.example', credentials: { ...credentials, issuer: text } },
      ]) {
        try {
          new TenantKeys(options);
        } catch (error) {
          expectHidden(error, [text, text.replace(/\W/g, 'x')]);
          continue;
        }
        throw new Error('nothing was thrown');
      }
    });
    fc.assert(property, { numRuns: 50 });
  });

  test("of an issuer that repeats the client's secret", async () => {
    server.answer(({ headers }, response) => {
      const said = Buffer.from(String(headers.authorization).slice(6), 'base64').toString();
      return json({ error: said, error_description: said, error_uri: said }, 400)(
        {} as never,
        response,
        0,
      );
    });
    const property = fc.asyncProperty(secret, async (clientSecret) => {
      const credentials = { tokenUrl: server.url, clientId: 'id', clientSecret };
      for (const error of await failures(
        open({ credentials }),
        'a plaintext that stands nowhere',
      )) {
        expectHidden(error, [clientSecret]);
      }
    });
    await fc.assert(property, { numRuns: 10 });
  });
});

test('in no client, tenant or control plane, printed or made JSON, after they were used', async () => {
  server.answer(
    json({
      tenantId: 'acme',
      status: 'ACTIVE',
      access_token: 'issued-token-issued-token',
      token_type: 'bearer',
    }),
  );
  const clientSecret = 'the-client-secret-the-client-secret';
  const credentials = { tokenUrl: server.url, clientId: 'id', clientSecret };
  for (const keys of [open({ credentials }), open({ token: 'a-token-of-a-certain-length' })]) {
    await keys.tenants.get('acme');
    for (const object of [keys, keys.tenants, keys.tenant('acme')]) {
      expectHidden(object, [
        clientSecret,
        'issued-token-issued-token',
        'a-token-of-a-certain-length',
      ]);
    }
  }
});
