/** Microsoft's own sign-in client gets a token of the double by a federated credential, and is refused as by Entra. */
import { ClientAssertionCredential } from '@azure/identity';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Claims, startIssuer, type WebIdentityIssuer } from '../stores/web-identity.ts';
import { selfSigned } from './certificate.ts';
import { type Azure, startAzure } from './double/azure.ts';
import type { Application } from './double/directory.ts';

let azure: Azure;
let issuer: WebIdentityIssuer;
let acme: Application;

const tls = selfSigned();
const audience = 'api://AzureADTokenExchange';
const vaultScope = 'https://vault.azure.net/.default';

beforeAll(async () => {
  [azure, issuer] = await Promise.all([startAzure({ tls }), startIssuer()]);
  acme = azure.directory.register({
    issuer: issuer.url,
    subject: 'tenant:acme',
    audiences: [audience],
  });
});
afterAll(() => {
  azure.close();
  issuer.close();
});

const signIn = (claims: Partial<Claims> = {}, clientId = acme.clientId, scope = vaultScope) =>
  new ClientAssertionCredential(
    azure.entraTenantId,
    clientId,
    () => issuer.token({ sub: 'tenant:acme', aud: audience, ...claims }),
    {
      authorityHost: azure.entra.url,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: tls.cert },
      retryOptions: { maxRetries: 0 },
    },
  ).getToken(scope);

test('the token of the credential’s issuer, subject and audience signs in', async () => {
  const { token } = await signIn();
  expect(azure.tokens.callerOf(`Bearer ${token}`, 'vault')).toEqual({
    clientId: acme.clientId,
    objectId: acme.objectId,
  });
  expect(azure.tokens.callerOf(`Bearer ${token}`, 'resourceManager')).toBeUndefined();
  expect(azure.tokens.callerOf(`Bearer ${token.slice(0, -2)}AA`, 'vault')).toBeUndefined();
  azure.tokens.revokeAll();
  expect(azure.tokens.callerOf(`Bearer ${token}`, 'vault')).toBeUndefined();
});

test.each<[string, Partial<Claims>, string]>([
  ['of another subject', { sub: 'tenant:globex' }, 'AADSTS700213'],
  ['of a subject in other letters', { sub: 'tenant:Acme' }, 'AADSTS7002138'],
  ['of another issuer', { iss: 'https://example.com' }, 'AADSTS700211'],
  ['for another audience', { aud: 'https://example.com' }, 'AADSTS700212'],
  ['that is over', { lives: '-1m' }, 'AADSTS700024'],
  ['signed by another algorithm', { alg: 'ES384' }, 'AADSTS700027'],
])('a token %s does not', async (_, claims, code) => {
  await expect(signIn(claims)).rejects.toThrow(`${code}:`);
});

test('an application that is not there', async () => {
  await expect(signIn({}, azure.entraTenantId)).rejects.toThrow('AADSTS700016:');
});

test('a token for what is none of the services', async () => {
  await expect(signIn({}, acme.clientId, 'https://example.com/.default')).rejects.toThrow(
    'AADSTS70011:',
  );
});

test('a key that the issuer does not publish', async () => {
  const stranger = await startIssuer();
  const forged = stranger.token({ sub: 'tenant:acme', aud: audience, iss: issuer.url });
  const credential = new ClientAssertionCredential(
    azure.entraTenantId,
    acme.clientId,
    () => forged,
    {
      authorityHost: azure.entra.url,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: tls.cert },
    },
  );
  await expect(credential.getToken(vaultScope)).rejects.toThrow('AADSTS700027:');
  stranger.close();
});

test('an issuer that Entra does not reach', async () => {
  const gone = await startIssuer();
  const application = azure.directory.register({
    issuer: gone.url,
    subject: 'x',
    audiences: [audience],
  });
  gone.close();
  await expect(signIn({ iss: gone.url, sub: 'x' }, application.clientId)).rejects.toThrow(
    'AADSTS50166:',
  );
});

test('a credential counts only once it has arrived everywhere', async () => {
  const application = azure.directory.register();
  application.credentials.set('late', {
    ...{ issuer: issuer.url, subject: 'tenant:acme', audiences: [audience] },
    since: azure.now() + 60_000,
  });
  await expect(signIn({}, application.clientId)).rejects.toThrow('AADSTS700211:');
  azure.advance(60_000);
  await signIn({}, application.clientId);
});
