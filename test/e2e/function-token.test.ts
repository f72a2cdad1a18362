/**
 * Tokens of the product's own issuer for functions, through the local stack: a function gets one that names it, by a signature of its
 * own role's that STS checks, and nobody gets another's.
 */
import { InvokeCommand, Lambda } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { HttpRequest } from '@smithy/protocol-http';
import type { FinalizeRequestMiddleware, MetadataBearer } from '@smithy/types';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import {
  brokerHeader,
  functionTokenAnswer,
  type SignedHeaders,
} from '../../contract/function-token.ts';
import { callerIdentityOf, signCallerIdentity } from '../../lambdas/aws/signed-caller-identity.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { requestAssembly } from '../synthesizer/client.ts';

const address = 'https://vault.example.com';
const logs: string[] = [];
let stack: LocalStack;
let brokerName: string;
beforeAll(async () => {
  stack = await startStack({
    ...{ apiPort: 0, awsPort: 0, issuerPort: 0 },
    context: { keyStores: { vault: { address, tokenIssuer: 'own' } } },
    synthesize: requestAssembly,
    onLog: (_, line) => logs.push(line),
  });
  brokerName = functionOf('session-broker').name;
}, 120_000);
afterAll(() => stack.close());

const functionOf = (bundle: string) => {
  const all = [...stack.deployment.functions.values()];
  return all.find(({ handler }) => handler === `${bundle}.handler`) as (typeof all)[number];
};
const clientOf = (bundle: string) => ({
  endpoint: stack.aws,
  region: stack.region,
  credentials: stack.deployment.issueTo(functionOf(bundle)),
});
const signedBy = (bundle: string, receiver = brokerName) =>
  signCallerIdentity(new STSClient(clientOf(bundle)), receiver);

/** @param as who brings it: whose signature it is says nothing else but that */
const ask = async (signed: SignedHeaders, as = 'tenants') => {
  const { Payload, FunctionError } = await new Lambda(clientOf(as)).send(
    new InvokeCommand({
      FunctionName: brokerName,
      Payload: JSON.stringify({ wants: 'function-token', signed }),
    }),
  );
  if (FunctionError !== undefined) throw new Error(Buffer.from(Payload ?? []).toString());
  return functionTokenAnswer.parse(JSON.parse(Buffer.from(Payload ?? []).toString()));
};

/** As it is signed for anybody who wants to know who somebody is, of whom one may bring it here. */
async function signedForAnybody(bundle: string): Promise<SignedHeaders> {
  const sts = new STSClient(clientOf(bundle));
  const withoutReceiver: FinalizeRequestMiddleware<object, MetadataBearer> = (next) => (args) => {
    delete (args.request as HttpRequest).headers[brokerHeader];
    return next(args);
  };
  sts.middlewareStack.addRelativeTo(withoutReceiver as never, {
    relation: 'after',
    toMiddleware: 'signedForBroker',
    name: 'signedForAnybody',
  });
  return signCallerIdentity(sts, brokerName);
}

describe('a function', () => {
  test.each([
    ['tenants', 'control-plane'],
    ['reconciler', 'reconciler'],
    ['certificates', 'certificates'],
  ])('%s gets one that names it, for the one store', async (bundle, name) => {
    const answer = await ask(await signedBy(bundle), bundle);
    if (answer.outcome !== 'issued') throw new Error(answer.outcome);
    expect(answer.function).toBe(name);
    const keys = createRemoteJWKSet(new URL(`${stack.api}/issuer/.well-known/jwks.json`));
    const { payload } = await jwtVerify(answer.identityToken, keys);
    const { iat = 0 } = payload;
    expect(payload).toEqual({
      iss: expect.stringMatching(/\/issuer$/),
      sub: `function:${name}`,
      aud: address,
      iat,
      nbf: iat,
      exp: iat + 300,
      jti: expect.any(String),
    });
  });

  test('gets none that names another: whose signature it is decides, not who brings it', async () => {
    const answer = await ask(await signedBy('reconciler'), 'tenants');
    expect(answer).toMatchObject({ outcome: 'issued', function: 'reconciler' });
  });

  test.each(['crypto', 'audit', 'authorizer', 'session-broker', 'issuer-keys'])(
    '%s gets none: it has no name at the store',
    async (bundle) => {
      expect(await ask(await signedBy(bundle))).toEqual({ outcome: 'unauthorized' });
    },
  );

  test.each(['authorizer', 'issuer-keys', 'indexer'])(
    '%s may not even bring one of the control plane',
    async (bundle) => {
      const signed = await signedBy('tenants');
      await expect(ask(signed, bundle)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    },
  );
});

describe('a signature', () => {
  test('for another receiver counts for nothing', async () => {
    const signed = await signedBy('tenants', 'another-broker');
    expect(await ask(signed)).toEqual({ outcome: 'unauthorized' });
  });

  test('for nobody in particular counts for nothing, though STS takes it', async () => {
    const signed = await signedForAnybody('tenants');
    expect(signed.authorization).not.toContain(brokerHeader);
    const sts = new STSClient(clientOf('session-broker'));
    expect(await callerIdentityOf(sts, signed, brokerName)).toContain('ControlPlaneRole');
    expect(await ask(signed)).toEqual({ outcome: 'unauthorized' });
  });

  test.each(['authorization', 'x-amz-date', 'x-amz-security-token'] as const)(
    'with the %s of another counts for nothing',
    async (member) => {
      const [own, other] = [await signedBy('tenants'), await signedBy('crypto')];
      const date = '20260101T000000Z';
      const changed = member === 'x-amz-date' ? date : other[member];
      expect(await ask({ ...own, [member]: changed })).toEqual({ outcome: 'unauthorized' });
    },
  );

  test.each([
    ['a field more', { host: 'sts.example.com' }],
    ['two lines in a field', { 'x-amz-date': '20260101T000000Z\r\nHost: sts.example.com' }],
    ['nothing in a field', { authorization: '' }],
    ['the session token of nobody', { 'x-amz-security-token': '' }],
  ])('with %s is none', async (_, more) => {
    const signed = { ...(await signedBy('tenants')), ...more };
    await expect(ask(signed)).rejects.toThrow('the event must be');
  });
});

test('that says twice which headers were signed is none: the broker and STS could read another one', async () => {
  const signed = await signedForAnybody('tenants');
  const [scheme, rest] = signed.authorization.split(/ (.*)/);
  for (const name of ['XSignedHeaders', 'SignedHeaders', 'Note']) {
    const authorization = `${scheme} ${name}=SignedHeaders=${brokerHeader}, ${rest}`;
    await expect(ask({ ...signed, authorization })).rejects.toThrow('the event must be');
  }
});

test('the log names the function and the signature, and has nothing that proves it', async () => {
  logs.length = 0;
  const signed = await signedBy('tenants');
  await ask(signed);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const line = JSON.parse(logs.find((one) => one.includes('function-token')) ?? '{}');
  expect(line).toMatchObject({
    message: 'session',
    wants: 'function-token',
    outcome: 'issued',
    principal: expect.stringMatching(/:assumed-role\/.*ControlPlaneRole/),
    jti: expect.any(String),
    signRequestId: expect.any(String),
  });
  for (const value of Object.values(signed)) expect(logs.join('')).not.toContain(value);
});
