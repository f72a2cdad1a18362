/** The product beside another AWS account, whose administrator attacks it, and which it does not get into either. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tenantCredentials } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let keyArn = '';
beforeAll(async () => {
  stack = await startTestStack();
  ({ keyArn } = await stack.client.onboard('acme'));
}, 120_000);
afterAll(() => stack?.close());

const configured = (credentials: { accessKeyId: string; secretAccessKey: string }) => ({
  endpoint: stack.aws,
  region: stack.region,
  maxAttempts: 1,
  credentials,
});
const theirs = () => configured(stack.tenantAccount.operator);
const nameOf = (call: Promise<unknown>) =>
  call.then(
    () => 'allowed',
    (error: Error) => error.name,
  );
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const tenantRole = () => {
  const all = [...stack.deployment.roles.values()];
  return all.find(({ name }) => name.includes('TenantRole')) as (typeof all)[number];
};

/** What somebody with acme's key would do, and with what says whose it is. */
const uses = (kms: KMS) => [
  () =>
    kms.encrypt({
      KeyId: keyArn,
      Plaintext: Buffer.from('x'),
      EncryptionContext: { TenantId: 'acme' },
    }),
  () => kms.describeKey({ KeyId: keyArn }),
  () => kms.getKeyRotationStatus({ KeyId: keyArn }),
  () => kms.scheduleKeyDeletion({ KeyId: keyArn }),
  () => kms.disableKey({ KeyId: keyArn }),
];

test("its administrator gets at no tenant's key, no row, and no session of the product's", async () => {
  for (const use of uses(new KMS(theirs())))
    expect(await nameOf(use())).toBe('AccessDeniedException');
  const scan = new DynamoDB(theirs()).scan({ TableName: stack.tableName });
  expect(await nameOf(scan)).toBe('AccessDeniedException');
  for (const { arn } of stack.deployment.roles.values()) {
    const call = new STS(theirs()).assumeRole({
      RoleArn: arn,
      RoleSessionName: 'acme',
      Tags: [{ Key: 'TenantId', Value: 'acme' }],
    });
    expect(await nameOf(call)).toBe('AccessDenied');
  }
});

test("a role of the product's name and of acme's tag there is not the product's", async () => {
  const { name } = tenantRole();
  await new IAM(theirs()).createRole({
    RoleName: name,
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { AWS: stack.tenantAccount.accountId },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }),
  });
  await new IAM(theirs()).putRolePolicy({
    RoleName: name,
    PolicyName: 'Everything',
    PolicyDocument: document({ Effect: 'Allow', Action: '*', Resource: '*' }),
  });
  const { Credentials } = await new STS(theirs()).assumeRole({
    RoleArn: `arn:aws:iam::${stack.tenantAccount.accountId}:role/${name}`,
    RoleSessionName: 'acme',
    Tags: [{ Key: 'TenantId', Value: 'acme' }],
  });
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  const session = configured(credentials);
  for (const use of uses(new KMS(session)))
    expect(await nameOf(use())).toBe('AccessDeniedException');
  const list = new DynamoDB(session).listTables({});
  expect(await nameOf(list)).toBe('AccessDeniedException');
});

test("a tenant's session uses no key there, though the key's policy lets it in", async () => {
  const { KeyMetadata } = await new KMS(theirs()).createKey({
    Policy: document(
      {
        Effect: 'Allow',
        Principal: { AWS: stack.tenantAccount.accountId },
        Action: 'kms:*',
        Resource: '*',
      },
      { Effect: 'Allow', Principal: { AWS: tenantRole().arn }, Action: 'kms:*', Resource: '*' },
    ),
    Tags: [{ TagKey: 'TenantId', TagValue: 'acme' }],
  });
  const kms = new KMS(configured(tenantCredentials(stack, 'acme')));
  const call = kms.encrypt({
    KeyId: KeyMetadata?.Arn,
    Plaintext: Buffer.from('x'),
    EncryptionContext: { TenantId: 'acme' },
  });
  const error = await call.then(
    () => 'allowed',
    ({ message }: Error) => message,
  );
  expect(error).toContain('no identity-based policy allows the kms:Encrypt action');
});

test('and the tenant goes on', async () => {
  const token = await stack.client.tenantToken('acme');
  const ciphertext = await stack.client.encrypt('acme', Buffer.from('still'));
  const { json } = await stack.client.send('POST', '/tenants/acme/decrypt', {
    token,
    body: { ciphertext },
  });
  expect(Buffer.from(json.plaintext, 'base64').toString()).toBe('still');
});
