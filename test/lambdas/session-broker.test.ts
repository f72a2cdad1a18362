/** The session broker in process, with an issuer and no AWS to reach: what it refuses, and what it logs of that. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { type IssuerFault, issuerFaultNames } from '../../contract/issuer-faults.ts';
import { sessionAnswer } from '../../contract/session-broker.ts';
import type { BrokerAnswer } from '../../lambdas/session-broker/ending.ts';
import { loggedLines } from '../harness/logged-lines.ts';
import { contextOf } from './http/event.ts';
import { type Issuer, issuersVariable, openIssuer, seconds, settingsOf } from './tokens/issuer.ts';
import { issuersSecret, spoil } from './tokens/spoiled-issuer.ts';

let issuer: Issuer;
const spoiled = new Map<IssuerFault, Issuer>();
let handler: (event: unknown, context: Context) => Promise<BrokerAnswer>;
let lines: string[];
beforeAll(async () => {
  issuer = await openIssuer();
  for (const fault of issuerFaultNames) spoiled.set(fault, await openIssuer());
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    // The discard port: nothing listens there.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    ...issuersVariable(...[issuer, ...spoiled.values()].map(({ url }) => settingsOf(url))),
    TENANT_ROLE_ARN: 'arn:aws:iam::111122223333:role/tenant',
    AUDIT_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/reader',
    ALL_EVENTS_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/all-reader',
  });
  ({ handler } = await import('../../lambdas/session-broker.ts'));
});
beforeEach(() => {
  lines = loggedLines();
});
afterAll(async () => {
  jest.restoreAllMocks();
  for (const one of [issuer, ...spoiled.values()]) await one.close();
});

const ask = (token: string, tenantId = 'acme', plane = 'crypto') =>
  handler({ plane, token, tenantId }, contextOf());
const claims = { tenant_id: 'acme', scope: 'tenant-keys/crypto' };

describe("all tenants' events", () => {
  const askForAll = (token: string) => handler({ plane: 'audit-all', token }, contextOf());

  test.each<[string, Record<string, unknown>]>([
    ["a tenant's token", { tenant_id: 'acme', scope: 'tenant-keys/audit' }],
    [
      "a tenant's token with an auditor's scopes",
      { tenant_id: 'acme', scope: 'tenant-keys/audit-all tenant-keys/admin' },
    ],
    ['a token whose tenant is none', { tenant_id: '', scope: 'tenant-keys/audit-all' }],
    ['a token that lost its tenant', { scope: 'tenant-keys/audit tenant-keys/crypto' }],
  ])('are not for %s, without a call to STS', async (_, of) => {
    expect(await askForAll(await issuer.token(of))).toEqual({ outcome: 'forbidden' });
  });

  test.each([
    ['a tenant', { plane: 'audit-all', tenantId: 'acme' }],
    ['an empty tenant', { plane: 'audit-all', tenantId: '' }],
    ['null', { plane: 'audit-all', tenantId: null }],
  ])('are not asked for with %s', async (_, event) => {
    const token = await issuer.token({ scope: 'tenant-keys/audit-all' });
    await expect(handler({ ...event, token }, contextOf())).rejects.toThrow('the event must be');
  });

  test.each(['audit', 'crypto'])('nor is a session of %s asked for without one', async (plane) => {
    const token = await issuer.token({ scope: 'tenant-keys/audit-all' });
    await expect(handler({ plane, token }, contextOf())).rejects.toThrow('the event must be');
  });
});

describe('a token that names a tenant to a key store', () => {
  const askToBeNamed = (token: string, tenantId = 'acme') =>
    handler({ wants: 'identity-token', token, tenantId, keyStore: 'azure-key-vault' }, contextOf());

  test.each<[string, Record<string, unknown>, string]>([
    ["another tenant's token", claims, 'globex'],
    ['a token whose tenant begins with the id', { ...claims, tenant_id: 'acme-2' }, 'acme'],
    [
      'a token that may only read events',
      { tenant_id: 'acme', scope: 'tenant-keys/audit' },
      'acme',
    ],
    ['an administrator', { scope: 'tenant-keys/admin' }, 'acme'],
    ['an auditor', { scope: 'tenant-keys/audit-all' }, 'acme'],
  ])('is not for %s', async (_, of, tenantId) => {
    expect(await askToBeNamed(await issuer.token(of), tenantId)).toEqual({ outcome: 'forbidden' });
  });

  test('is not for a token that has expired, and the line says who was asked for', async () => {
    const token = await issuer.token({ ...claims, exp: seconds(-60) });
    expect(await askToBeNamed(token)).toEqual({ outcome: 'unauthorized' });
    expect(JSON.parse(lines.join(''))).toMatchObject({
      message: 'session',
      wants: 'identity-token',
      tenantId: 'acme',
      outcome: 'unauthorized',
      reason: 'expired',
    });
    expect(lines.join('')).not.toContain(token.split('.')[1]);
  });

  test('is an error where the stack has no issuer of its own', async () => {
    await expect(askToBeNamed(await issuer.token(claims))).rejects.toThrow('no issuer of its own');
  });
});

describe('a verdict on a key in an account of a tenant', () => {
  const keyArn = 'arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const challenge = (token: string, more: object = {}) =>
    handler({ plane: 'challenge', token, tenantId: 'acme', keyArn, ...more }, contextOf());

  test.each<[string, Record<string, unknown>]>([
    [
      "the tenant's own token",
      { tenant_id: 'acme', scope: 'tenant-keys/crypto tenant-keys/audit' },
    ],
    ["a tenant's with an administrator's scope", { tenant_id: 'acme', scope: 'tenant-keys/admin' }],
    ["an auditor's", { scope: 'tenant-keys/audit-all' }],
    ['one whose tenant is none', { tenant_id: '', scope: 'tenant-keys/admin' }],
    ['one that has lost its tenant', { scope: 'tenant-keys/crypto' }],
  ])('is not for %s, without a call to STS', async (_, of) => {
    expect(await challenge(await issuer.token(of))).toEqual({ outcome: 'forbidden' });
  });

  test('nor for a token that does not count', async () => {
    const expired = await issuer.token({ scope: 'tenant-keys/admin', exp: seconds(-60) });
    expect(await challenge(expired)).toEqual({ outcome: 'unauthorized' });
  });

  test.each([
    ['by an alias', { keyArn: 'arn:aws:kms:eu-central-1:222222222222:alias/acme' }],
    ['of a tenant that has no id', { tenantId: 'Challenge' }],
    ['of nobody', { tenantId: undefined }],
    ['and a session besides', { plane: 'crypto' }],
  ])('is not asked for %s', async (_, more) => {
    const token = await issuer.token({ scope: 'tenant-keys/admin' });
    await expect(challenge(token, more)).rejects.toThrow('the event must be');
  });

  test('is not asked for about a key of our own account', async () => {
    const token = await issuer.token({ scope: 'tenant-keys/admin' });
    const ours = keyArn.replace('222222222222', '111122223333');
    await expect(challenge(token, { keyArn: ours })).rejects.toThrow(
      'not in an account of a tenant',
    );
  });
});

describe('without a call to STS it refuses', () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ["another tenant's session", claims, 'globex', 'crypto'],
    ['a session of a plane whose scope the token lacks', claims, 'acme', 'audit'],
    [
      'a session that uses a key to an administrator',
      { scope: 'tenant-keys/admin' },
      'acme',
      'crypto',
    ],
    ['everything to a token of no scope', { tenant_id: 'acme', scope: 'openid' }, 'acme', 'crypto'],
  ])('%s', async (_, of, tenantId, plane) => {
    expect(await ask(await issuer.token(of), tenantId, plane)).toEqual({ outcome: 'forbidden' });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a token that has expired', { exp: seconds(-60) }, 'expired'],
    ['a token for somebody else', { aud: 'other' }, 'other-audience'],
    ['a token of another issuer', { iss: 'https://elsewhere.example' }, 'other-issuer'],
    ['an id token', { token_use: 'id' }, 'other-use'],
  ])('%s', async (_, change, reason) => {
    expect(await ask(await issuer.token({ ...claims, ...change }))).toEqual({
      outcome: 'unauthorized',
    });
    expect(JSON.parse(lines.join(''))).toMatchObject({ level: 'WARN', message: 'session', reason });
  });

  test('what is no token', async () => {
    expect(await ask('nonsense')).toEqual({ outcome: 'unauthorized' });
  });
});

test('where STS cannot be reached it says so, which says nothing about the token', async () => {
  const answer = await handler(
    { plane: 'crypto', token: await issuer.token(claims), tenantId: 'acme' },
    // No time for an attempt: in Jest's process the SDK does not recognize Node's errors as errors.
    contextOf({ getRemainingTimeInMillis: () => 1000 }),
  );
  expect(answer).toEqual({ outcome: 'unavailable' });
});

test.each(issuerFaultNames)(
  'an issuer that is %s is named in the log, and to the function only the fault is told',
  async (fault) => {
    const broken = spoiled.get(fault) as Issuer;
    spoil[fault](broken);
    const answer = await ask(await broken.token(claims));
    expect(answer).toEqual({ outcome: 'unavailable', fault });
    expect(sessionAnswer.parse(answer)).toEqual(answer);
    expect(JSON.parse(lines.join(''))).toMatchObject({
      level: 'WARN',
      outcome: 'unavailable',
      reason: 'issuer-unavailable',
      issuer: broken.url,
      fault,
    });
    expect(lines.join('')).not.toContain(issuersSecret);
    // The other issuers' tokens go on counting.
    expect(await ask(await issuer.token(claims), 'globex')).toEqual({ outcome: 'forbidden' });
  },
);

test('no token is in the log, and the principal is', async () => {
  const token = await issuer.token(claims);
  await ask(token, 'globex');
  expect(lines.join('')).not.toContain(token.split('.')[1]);
  expect(JSON.parse(lines.join(''))).toMatchObject({
    message: 'session',
    outcome: 'forbidden',
    principal: 'somebody',
    plane: 'crypto',
    tenantId: 'globex',
  });
});

const toBeNamed = { wants: 'identity-token', token: 'x', tenantId: 'acme', keyStore: 'vault' };

test.each([
  undefined,
  null,
  'acme',
  {},
  { plane: 'crypto', tenantId: 'acme' },
  { plane: 'tenants', token: 'x', tenantId: 'acme' },
  { plane: 'crypto', token: 'x', tenantId: '*' },
  { plane: 'crypto', wants: 'identity-token', token: 'x', tenantId: 'acme' },
  { wants: 'identity-token', tenantId: 'acme', keyStore: 'vault' },
  { wants: 'identity-token', token: 'x', keyStore: 'vault' },
  { wants: 'identity-token', token: 'x', tenantId: 'acme' },
  { wants: 'identity-token', token: 'x', tenantId: 'acme', keyStore: 'aws-kms' },
  { ...toBeNamed, subject: 'tenant:globex' },
  { ...toBeNamed, audience: 'https://elsewhere.example' },
  { wants: 'session', token: 'x', tenantId: 'acme' },
  { plane: 'crypto', token: 'x', tenantId: 'acme', roleArn: 'arn:aws:iam::111122223333:role/x' },
])('an event that asks for no session is an error, and no line: %j', async (event) => {
  await expect(handler(event, contextOf())).rejects.toThrow('{ plane or wants, token, tenantId }');
  expect(lines).toEqual([]);
});
