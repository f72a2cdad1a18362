/** Callers and findings of a day. */
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { openFindings } from '../../../lambdas/reconciler/findings.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { issuersVariable, settingsOf } from '../../lambdas/tokens/issuer.ts';
import type { Day } from './day.ts';

/** Callers, as API Gateway and the authorizer see them. */
export async function callers(day: Day): Promise<void> {
  const { client } = day.stack;
  const answer = (name: string, status: string, more: Readonly<Record<string, string>> = {}) =>
    day.answered(name, { requestId: 'r', httpMethod: 'POST', status, ...more });
  answer('a request is served', '200', { 'authorizer.tenantId': 'acme' });
  answer('a request for what is not there', '404', { 'error.responseType': 'NOT_FOUND' });
  answer('a request that is malformed', '400');
  answer('a request that fails', '503');
  answer('a request without a valid token', '401', { 'error.responseType': 'UNAUTHORIZED' });
  answer("a request to another tenant's path", '403', { 'error.responseType': 'ACCESS_DENIED' });
  answer('a request too many', '429', { 'error.responseType': 'THROTTLED' });
  answer('the authorizer fails', '503', { 'error.responseType': 'AUTHORIZER_FAILURE' });
  answer('the authorizer gives no policy', '503', {
    'error.responseType': 'AUTHORIZER_CONFIGURATION_ERROR',
  });
  await day.during('the authorizer lets in, and refuses', async () => {
    const token = await client.token('tenant-keys/crypto', 'newcomer');
    await client.send('POST', '/tenants/newcomer/encrypt', { token, body: { plaintext: '' } });
    await client.send('POST', '/tenants/acme/encrypt', { token, body: { plaintext: '' } });
    await client.send('GET', '/tenants', { token: `${token.slice(0, -4)}AAAA` });
    await client.send('GET', '/tenants', { token: await client.token('other') });
  });
  await day.logged('the issuer does not answer', 'authorizer', async () => {
    // Nothing listens on port 1.
    Object.assign(process.env, issuersVariable(settingsOf('http://127.0.0.1:1')));
    const { handler } = await import('../../../lambdas/authorizer.ts');
    const payload = { iss: 'http://127.0.0.1:1', aud: 'tenant-keys', exp: 9_999_999_999 };
    const [head, body] = [{ alg: 'RS256', kid: 'k', typ: 'JWT' }, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const authorizationToken = `Bearer ${head}.${body}.c2lnbmF0dXJl`;
    const asked = handler({ type: 'TOKEN', methodArn: 'arn', authorizationToken });
    await asked.catch(() => undefined);
  });
}

/** Who gets to the session broker past API Gateway, by real calls. */
export async function sessionSeekers(day: Day): Promise<void> {
  const { client, administrator, deployment } = day.stack;
  const broker = [...deployment.functions.values()].find(
    ({ handler }) => handler === 'session-broker.handler',
  );
  const ask = (token: string, tenantId: string) =>
    administrator.lambda.invoke({
      FunctionName: broker?.name,
      Payload: JSON.stringify({ plane: 'crypto', token, tenantId }),
    });
  const token = await client.token('tenant-keys/crypto', 'acme');
  await day.during('an event that no token belongs to reaches the session broker', () =>
    ask('e30.e30.e30', 'acme'),
  );
  await day.during('a token is tried for the session of another tenant', () =>
    ask(token, 'globex'),
  );
  await day.during('a token opens its own session', () => ask(token, 'acme'));
  const { faults } = deployment;
  await day.during('the session broker gets no answer of STS', async () => {
    faults.set([{ service: 'sts', operation: '*', fault: 'error' }]);
    await ask(token, 'acme');
    faults.clear();
  });
  day.written('a token has expired since API Gateway let it in', 'sessionBroker', {
    message: 'session',
    outcome: 'unauthorized',
    reason: 'expired',
  });
}

/** Of the data plane's tenants, one whose account has no role for us, and one whose key we refuse ourselves. */
export async function keyRevocations(day: Day): Promise<void> {
  const { client, administrator, tableName } = day.stack;
  const encrypted = async (name: string, row: Record<string, unknown>) => {
    const Item = rowOf(row);
    await DynamoDBDocument.from(administrator.dynamodb).put({ TableName: tableName, Item });
    const token = await client.token('tenant-keys/crypto', String(row.tenantId));
    await day.during(name, () =>
      client.send('POST', `/tenants/${row.tenantId}/encrypt`, { token, body: { plaintext: '' } }),
    );
  };
  await encrypted('a tenant has revoked its key', {
    ...{ tenantId: 'revoked', keyStore: 'aws-kms-external' },
    keyName: 'arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  });
  await encrypted('a tenant is suspended', { tenantId: 'paused', status: 'SUSPENDED' });
}

/** Findings, logged by the reconciler's own code. */
export async function findings(day: Day): Promise<void> {
  const add = (name: string, finding: Parameters<ReturnType<typeof openFindings>['add']>[0]) =>
    day.logged(name, 'reconciler', () => openFindings(undefined as never).add(finding));
  const detail = 'x';
  await add('a finding is reported', { kind: 'key-unusable', outcome: 'reported', detail });
  await add('a key policy was repaired', { kind: 'key-policy', outcome: 'repaired', detail });
  await add('a key was enabled by hand, and is disabled again', {
    kind: 'key-enabled',
    outcome: 'repaired',
    detail,
  });
  await add('a deletion was cancelled by hand, and is scheduled again', {
    kind: 'deletion-cancelled',
    outcome: 'repaired',
    detail,
  });
  await add('a repair has failed', { kind: 'key-policy', outcome: 'failed', detail });
  await add('an alias was repaired', { kind: 'alias', outcome: 'repaired', detail });
  await add('a tenant is erased', { kind: 'key-erased', outcome: 'repaired', detail });
}
