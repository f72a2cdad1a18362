/**
 * Issuers that cannot be read, each with its fault: what a caller with a token of theirs is answered, what the log says,
 * and that the tokens of another issuer go on counting. An authorizer that has no keys can say only that it is a fault
 * of the issuer; a function says which.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type IssuerFault,
  issuerFaultNames,
  issuerUnavailable,
} from '../../contract/issuer-faults.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { audience, type Issuer, openIssuer } from '../lambdas/tokens/issuer.ts';
import { issuersSecret, spoil } from '../lambdas/tokens/spoiled-issuer.ts';
import { requestAssembly } from '../synthesizer/client.ts';
import { type Client, openClient } from './client.ts';
import { expectProblem } from './problem.ts';

/** known to the authorizer before the fault, and never known */
const known = new Map<IssuerFault, Issuer>();
const unknown = new Map<IssuerFault, Issuer>();
const logs: string[] = [];
let stack: LocalStack;
let client: Client;
beforeAll(async () => {
  for (const fault of issuerFaultNames) {
    known.set(fault, await openIssuer());
    unknown.set(fault, await openIssuer());
  }
  const issuers = [...known.values(), ...unknown.values()].map(({ url }) => entry(url));
  stack = await startStack({
    apiPort: 0,
    awsPort: 0,
    issuerPort: 0,
    // The local stack's own issuer stands in the list beside the others.
    synthesize: ({ issuer, audience: _, tenantClaim: __, ...context }, folder) =>
      requestAssembly({ ...context, issuers: [entry(String(issuer)), ...issuers] }, folder),
    onLog: (_, line) => logs.push(line),
  });
  client = openClient(stack);
  await client.onboard('acme');
}, 120_000);
afterAll(async () => {
  await stack?.close();
  for (const one of [...known.values(), ...unknown.values()]) await one.close();
});

const entry = (issuer: string) => ({ issuer, audiences: [audience], tenantClaim: 'tenant_id' });
const encrypt = (token: string) =>
  client.send('POST', '/tenants/acme/encrypt', { token, body: { plaintext: 'eA==' } });
const tokenOf = (issuer: Issuer) =>
  issuer.token({ tenant_id: 'acme', scope: 'tenant-keys/crypto' });
const logged = (message: string, issuer: string) =>
  logs
    .map((line) => JSON.parse(line))
    .filter((line) => line.message === message && line.issuer === issuer);

describe.each(issuerFaultNames)('an issuer that is %s', (fault) => {
  test('is a 503 of API Gateway where its keys were never known, and the log has the fault', async () => {
    const issuer = unknown.get(fault) as Issuer;
    spoil[fault](issuer);
    const answer = await encrypt(await tokenOf(issuer));
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json.detail).toMatch(
      /^The token could not be checked\. As a rule its issuer gives/,
    );
    expect(logged('authorization', issuer.url)).toMatchObject([
      { level: 'ERROR', reason: 'issuer-unavailable', fault },
    ]);
  });

  test('is a 503 that says so where the authorizer knows the key and the broker does not', async () => {
    const issuer = known.get(fault) as Issuer;
    const token = await tokenOf(issuer);
    // The authorizer has looked at the token, and no function.
    expectProblem(await client.send('GET', '/tenants', { token }), 403, 'forbidden');
    spoil[fault](issuer);
    const answer = await encrypt(token);
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json.detail).toBe(issuerUnavailable(fault).message);
    expect(logged('session', issuer.url)).toMatchObject([{ reason: 'issuer-unavailable', fault }]);
  });

  test('is told of by no URL and no word of the issuer’s', async () => {
    for (const issuer of [known.get(fault), unknown.get(fault)]) {
      const { text, headers } = await encrypt(await tokenOf(issuer as Issuer));
      const said = JSON.stringify([text, headers]);
      expect(said).not.toContain(issuersSecret);
      expect(said).not.toContain(new URL((issuer as Issuer).url).host);
    }
    expect(logs.join('')).not.toContain(issuersSecret);
  });

  test('keeps no other issuer’s tokens from counting', async () => {
    expect((await encrypt(await client.tenantToken('acme'))).status).toBe(200);
  });
});
