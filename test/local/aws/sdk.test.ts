import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { administrator, userWith } from '../../harness/account.ts';
import { clientOptions, openEndpoint, type TestEndpoint } from './harness.ts';
import { resource, toyDynamoDb, toyKms, toySts } from './toy-service.ts';

let endpoint: TestEndpoint;

beforeAll(async () => {
  endpoint = await openEndpoint(() => [toyKms, toySts, toyDynamoDb]);
});
afterAll(() => endpoint.close());

describe('the clients of the JS SDK', () => {
  const optionsOf = (user = administrator, expiresAt?: Date) =>
    clientOptions(
      endpoint.url,
      endpoint.credentials.issue(user, expiresAt === undefined ? {} : { expiresAt }),
    );

  test('KMS', async () => {
    const kms = new KMSClient(optionsOf());
    expect((await kms.send(new ListKeysCommand({}))).Keys?.[0]?.KeyArn).toBe(resource);
    const CiphertextBlob = Buffer.from('delegating');
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('plain');
  });

  test('STS', async () => {
    const sts = new STSClient(optionsOf(administrator, new Date(Date.now() + 60_000)));
    const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
    expect([Account, Arn, UserId]).toEqual(['111122223333', administrator.arn, 'AIDAEXAMPLE']);
  });

  test('DynamoDB', async () => {
    const dynamodb = new DynamoDBClient(optionsOf());
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual(['toy']);
  });

  test('throw the errors by name, with the request id of the decision', async () => {
    const kms = new KMSClient(optionsOf(userWith('nobody')));
    const error = await kms.send(new ListKeysCommand({})).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('user/nobody is not authorized to perform: kms:ListKeys'),
    });
    const { requestId } = (error as { $metadata: { requestId: string } }).$metadata;
    expect(endpoint.decisions.of(requestId)).toHaveLength(1);
  });

  test('find the time of the stack when its clock was moved', async () => {
    const moved = await openEndpoint(() => [toyKms]);
    moved.clock.advance(400 * 86_400_000);
    const options = clientOptions(moved.url, moved.credentials.issue(administrator));
    const kms = new KMSClient({ ...options, maxAttempts: 2 });
    const keys = await kms.send(new ListKeysCommand({})).finally(() => moved.close());
    expect(keys.Keys).toHaveLength(1);
  });
});
