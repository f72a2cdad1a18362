/** The session broker in process, asked for a function's token while STS has no answer: it cannot say, and says no more. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { functionTokenAnswer } from '../../contract/function-token.ts';
import { loggedLines } from '../harness/logged-lines.ts';
import { contextOf } from './http/event.ts';
import { issuersVariable, openIssuer, settingsOf } from './tokens/issuer.ts';

const signed = {
  authorization: `AWS4-HMAC-SHA256 Credential=A/20261127/eu-central-1/sts/aws4_request, SignedHeaders=host;x-tenant-keys-broker, Signature=${'0'.repeat(64)}`,
  'x-amz-date': '20261127T000000Z',
  'x-amz-security-token': 'session-token',
};
let sts: Server;
let calls = 0;
let close: () => Promise<void>;
let handler: (event: unknown, context: ReturnType<typeof contextOf>) => Promise<unknown>;
beforeAll(async () => {
  const issuer = await openIssuer();
  close = async () => {
    await issuer.close();
  };
  sts = createServer((_, response) => {
    calls += 1;
    response.writeHead(503);
    response.end();
  });
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
    ...issuersVariable(settingsOf(issuer.url)),
    TENANT_ROLE_ARN: 'arn:aws:iam::111122223333:role/tenant',
    AUDIT_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/reader',
    ALL_EVENTS_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/all-reader',
    OWN_ISSUER: 'https://issuer.example.com',
    OWN_ISSUER_KEY_ARN: 'arn:aws:kms:eu-central-1:111122223333:key/1',
    OWN_ISSUER_AUDIENCES: '{"vault":"https://vault.example.com"}',
    OWN_ISSUER_FUNCTIONS: '{"reconciler":"arn:aws:sts::111122223333:assumed-role/reconciler"}',
  });
  ({ handler } = await import('../../lambdas/session-broker.ts'));
});
afterAll(() => {
  jest.restoreAllMocks();
  sts.closeAllConnections();
  sts.close();
  return close();
});

test('STS is down: the function may ask again, and the line has nothing of the signature', async () => {
  const lines = loggedLines();
  const answer = await handler({ wants: 'function-token', signed }, contextOf());
  expect(functionTokenAnswer.parse(answer)).toEqual({ outcome: 'unavailable' });
  expect(JSON.parse(lines.join(''))).toMatchObject({
    message: 'session',
    wants: 'function-token',
    outcome: 'unavailable',
  });
  expect(lines.join('')).not.toMatch(/session-token|Credential|0000000000/);
});

test('what is not signed for the broker is not even shown to STS', async () => {
  calls = 0;
  const authorization = signed.authorization.replace(';x-tenant-keys-broker', '');
  const answer = await handler(
    { wants: 'function-token', signed: { ...signed, authorization } },
    contextOf(),
  );
  expect([answer, calls]).toEqual([{ outcome: 'unauthorized' }, 0]);
});
