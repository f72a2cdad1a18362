import { afterEach, expect, jest, test } from '@jest/globals';
import { fetchJwks } from '../../../lambdas/tokens/fetch-jwks.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const issuer = 'https://id.example.com';

/** An issuer with TLS, which no test can have here. @returns the URLs that were asked for */
async function askedOf(jwksUri: string): Promise<{ asked: string[]; fault: unknown }> {
  const asked: string[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url) => {
    asked.push(String(url));
    const isDiscovery = String(url).endsWith('/openid-configuration');
    return Response.json(isDiscovery ? { issuer, jwks_uri: jwksUri } : { keys: [] });
  });
  const fault = await fetchJwks({ issuer }).then(
    () => undefined,
    (error) => error.fault,
  );
  return { asked: asked.slice(1), fault };
}

test.each([
  ['Lambda’s runtime API', 'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next'],
  ['the local stack', 'http://localhost:4566/_local/endpoints'],
  ['a service by IPv6', 'http://[::1]:8080/'],
  ['capital letters', 'HTTP://127.0.0.1:9001/'],
  ['a space before', ' http://127.0.0.1:9001/'],
])('an issuer elsewhere sends nobody to this machine: %s', async (_, uri) => {
  expect(await askedOf(uri)).toEqual({ asked: [], fault: 'unsafe' });
});

test('an issuer elsewhere has its keys wherever TLS leads', async () => {
  const uri = 'https://keys.example.net/jwks.json';
  expect(await askedOf(uri)).toEqual({ asked: [uri], fault: undefined });
});
