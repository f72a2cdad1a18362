/** Tokens of the local issuer that a real issuer would give otherwise: what they open through the whole stack. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  await stack.client.onboard('globex');
}, 60_000);
afterAll(() => stack?.close());

async function tokenBy(form: Record<string, string>): Promise<string> {
  const answer = await fetch(`${stack.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa('backend%3A1:any')}` },
    body: new URLSearchParams({ scope: 'tenant-keys/crypto', ...form }),
  });
  return ((await answer.json()) as { readonly access_token: string }).access_token;
}
const encrypt = (tenantId: string, token: string) =>
  stack.client.send('POST', `/tenants/${tenantId}/encrypt`, { token, body: { plaintext: 'eA==' } });

test('a token by exchange opens its tenant, and no other', async () => {
  const subject = await tokenBy({ grant_type: 'client_credentials' });
  expectProblem(await encrypt('acme', subject), 403, 'forbidden');
  const token = await tokenBy({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    tenant_id: 'acme',
  });
  expect((await encrypt('acme', token)).status).toBe(200);
  expectProblem(await encrypt('globex', token), 403, 'forbidden');
});

test('a token for another audience opens nothing, and for ours among others its tenant', async () => {
  const form = { grant_type: 'client_credentials', tenant_id: 'acme' };
  const token = await tokenBy({ ...form, audience: 'another-api' });
  expectProblem(await encrypt('acme', token), 401, 'unauthorized');
  const both = await tokenBy({
    ...form,
    audience: 'tenant-keys',
    resource: 'https://other.example',
  });
  expect((await encrypt('acme', both)).status).toBe(200);
});
