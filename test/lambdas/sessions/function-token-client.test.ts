/** Whatever Lambda and the broker answer: a token of this function, or the right problem; and what goes to the broker. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { functionTokenRequest } from '../../../contract/function-token.ts';
import { Problem } from '../../../contract/problem.ts';

let server: Server;
let tokenOf: () => Promise<string>;
let answer: object;
let asked: { readonly path: string; readonly body: unknown }[];
const secret = 'the-secret-of-the-function';
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ path: String(request.url), body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: 'session',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const client = await import('../../../lambdas/sessions/function-token-client.ts');
  tokenOf = client.functionTokens('the-broker');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a signature for the broker goes along, and nothing that signs; STS is not asked', async () => {
  answer = { outcome: 'issued', function: 'reconciler', identityToken: 'a.b.c' };
  expect(await tokenOf()).toBe('a.b.c');
  expect(asked.map(({ path }) => path)).toEqual(['/2015-03-31/functions/the-broker/invocations']);
  const { signed } = functionTokenRequest.parse(asked[0]?.body);
  expect(signed).toEqual({
    authorization: expect.stringContaining(
      'SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-tenant-keys-broker,',
    ),
    'x-amz-date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
    'x-amz-security-token': 'session',
  });
  expect(JSON.stringify(asked)).not.toContain(secret);
});

test('each time another one is asked for', async () => {
  answer = { outcome: 'issued', function: 'reconciler', identityToken: 'a.b.c' };
  await tokenOf();
  await tokenOf();
  expect(asked).toHaveLength(2);
});

test('where the broker cannot say, it may be asked again', async () => {
  answer = { outcome: 'unavailable' };
  const error = await tokenOf().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ status: 503 });
});

test.each([
  [{ outcome: 'unauthorized' }, 'does not know this function'],
  [{ outcome: 'issued', identityToken: 'a.b.c' }, ''],
  [{ outcome: 'issued', function: 'acme', identityToken: 'a.b.c' }, ''],
])('%j is a defect', async (given, words) => {
  answer = given;
  const error = await tokenOf().catch((error: unknown) => error);
  expect(error).not.toBeInstanceOf(Problem);
  expect(String(error)).toContain(words);
});
