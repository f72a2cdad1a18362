/** A CloudFormation template with a key and a role, given to the tenant's account by its administrator. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { document, statement, template, trust } from './given-template.ts';
import { type Accounts, messageOf, openAccounts, ourRole, outcomeOf, theirs } from './harness.ts';

let accounts: Accounts;
let dataDir = '';
const open = async () => {
  accounts = await openAccounts({ dataDir });
};
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'stacks-'));
  await open();
});
afterAll(async () => {
  await accounts.deployment.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const stacksOf = ({ configuration }: Accounts['tenant']) => new CloudFormation(configuration);

const create = (tenantId: string, body: object = template(), more: object = {}) =>
  stacksOf(accounts.tenant).createStack({
    StackName: `for-${tenantId}`,
    TemplateBody: JSON.stringify(body),
    Parameters: [{ ParameterKey: 'TenantId', ParameterValue: tenantId }],
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    ...more,
  });

async function outputsOf(tenantId: string): Promise<Record<string, string>> {
  const StackName = `for-${tenantId}`;
  const { Stacks = [] } = await stacksOf(accounts.tenant).describeStacks({ StackName });
  expect(Stacks[0]?.StackStatus).toBe('CREATE_COMPLETE');
  const pairs = Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  return Object.fromEntries(pairs ?? []);
}

async function session(tenantId: string, RoleArn: string | undefined) {
  const { sts } = accounts.as('TenantRole', { TenantId: tenantId });
  const { Credentials } = await sts.assumeRole({
    RoleArn,
    RoleSessionName: 'data-plane',
    ExternalId: `TenantKeys/${tenantId}`,
    Tags: [{ Key: 'TenantId', Value: tenantId }],
  });
  return accounts.session(Credentials);
}

const Plaintext = Buffer.from('x');

describe('a stack', () => {
  test('is a key and a role that work, in its own account, also after a restart', async () => {
    await create('acme');
    const { KeyArn: KeyId, RoleArn } = await outputsOf('acme');
    expect(RoleArn).toBe(`arn:aws:iam::${theirs}:role/tenant-keys/acme`);
    const { kms } = await session('acme', RoleArn);
    expect(await outcomeOf(kms.encrypt({ KeyId, Plaintext }))).toBe('allowed');
    expect(await outcomeOf(kms.disableKey({ KeyId }))).toBe('AccessDeniedException');
    const status = await accounts.tenant.kms.getKeyRotationStatus({ KeyId });
    expect(status.KeyRotationEnabled).toBe(true);
    await accounts.deployment.close();
    await open();
    expect(await outputsOf('acme')).toEqual({ KeyArn: KeyId, RoleArn });
    const again = await session('acme', RoleArn);
    expect(await outcomeOf(again.kms.encrypt({ KeyId, Plaintext }))).toBe('allowed');
    const KeyName = { KeyId: 'alias/tenant-keys-acme' };
    expect((await accounts.tenant.kms.describeKey(KeyName)).KeyMetadata?.Arn).toBe(KeyId);
    const { StackResourceSummaries = [] } = await stacksOf(accounts.tenant).listStackResources({
      StackName: 'for-acme',
    });
    expect(StackResourceSummaries.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual([
      ...['Alias', 'Key', 'Role'],
    ]);
  });

  test('takes its role away and schedules its key when it is deleted, and can be made again', async () => {
    await create('globex');
    const { KeyArn, RoleArn } = await outputsOf('globex');
    const { sts } = await session('globex', RoleArn);
    const StackName = 'for-globex';
    await stacksOf(accounts.tenant).deleteStack({ StackName });
    const { KeyMetadata } = await accounts.tenant.kms.describeKey({ KeyId: KeyArn });
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
    expect(await outcomeOf(sts.getCallerIdentity({}))).toBe('InvalidClientTokenId');
    expect(await messageOf(outputsOf('globex'))).toMatch('Stack with id for-globex does not exist');
    await stacksOf(accounts.tenant).deleteStack({ StackName });
    await create('globex');
    expect((await outputsOf('globex')).KeyArn).not.toBe(KeyArn);
  });

  test('leaves what its template retains', async () => {
    await create('kept', template({ key: { DeletionPolicy: 'Retain' } }));
    const { KeyArn: KeyId } = await outputsOf('kept');
    await stacksOf(accounts.tenant).deleteStack({ StackName: 'for-kept' });
    const { KeyMetadata } = await accounts.tenant.kms.describeKey({ KeyId });
    expect(KeyMetadata?.KeyState).toBe('Enabled');
  });

  test('is there once, and makes no role or alias that is there', async () => {
    await create('twice');
    expect(await outcomeOf(create('twice'))).toBe('AlreadyExistsException');
    const before = (await accounts.tenant.kms.listKeys({})).Keys?.length;
    const other = create('twice', template(), { StackName: 'another' });
    expect(await outcomeOf(other)).toBe('AlreadyExistsException');
    expect((await accounts.tenant.kms.listKeys({})).Keys?.length).toBe(before);
  });
});

describe('CreateStack makes nothing', () => {
  const lockedOut = document(
    statement({ Principal: { AWS: ourRole('User') }, Action: 'kms:*', Resource: '*' }),
  );
  const { Key, Role } = template().Resources;
  const role = Role.Properties;
  const keyWith = (more: object) => ({ key: { Properties: { ...Key.Properties, ...more } } });
  const aliasNamed = (AliasName: string) => {
    const Properties = { AliasName, TargetKeyId: { Ref: 'Key' } };
    return { more: { Other: { Type: 'AWS::KMS::Alias', Properties } } };
  };
  test.each([
    ['without the capability', template(), { Capabilities: ['CAPABILITY_IAM'] }, /NAMED_IAM/],
    ['for a parameter that is missing', template(), { Parameters: [] }, /must have values/],
    [
      'for a value that is not allowed',
      template(),
      { Parameters: [{ ParameterKey: 'TenantId', ParameterValue: '${AWS::AccountId}' }] },
      /may not have/,
    ],
    [
      'for a parameter that is not declared',
      template(),
      { Parameters: [{ ParameterKey: 'X', ParameterValue: 'x' }] },
      /do not exist/,
    ],
    [
      'with a resource of another type',
      template({ more: { Bucket: { Type: 'AWS::S3::Bucket' } } }),
      {},
      /Bucket/,
    ],
    [
      'with a managed policy',
      template({ role: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/x'] } }),
      {},
      /ManagedPolicyArns/,
    ],
    [
      'with a trust policy that IAM refuses',
      template({ role: { AssumeRolePolicyDocument: document(statement({ Principal: '*' })) } }),
      {},
      /Action is missing/,
    ],
    [
      'with a role whose name IAM does not take',
      template({ role: { RoleName: 'a b' } }),
      {},
      /RoleName/,
    ],
    [
      'with a role whose sessions are shorter than IAM has them',
      template({ role: { MaxSessionDuration: 60 } }),
      {},
      /MaxSessionDuration/,
    ],
    [
      'with a role whose name, made of its own, is too long',
      template({ role: { RoleName: undefined } }),
      { StackName: `for-${'x'.repeat(100)}` },
      /IAM takes no role/,
    ],
    [
      'with a key that rotates sooner than KMS lets it',
      template(keyWith({ RotationPeriodInDays: 89 })),
      {},
      /RotationPeriodInDays/,
    ],
    [
      'with a key that would be gone at once',
      template(keyWith({ PendingWindowInDays: 0 })),
      {},
      /PendingWindowInDays/,
    ],
    ['with an alias that KMS does not take', template(aliasNamed('alias/a b')), {}, /AliasName/],
    ['with an alias of AWS', template(aliasNamed('alias/aws/mine')), {}, /AliasName/],
    [
      'with a condition',
      template({ more: { Other: { Type: 'AWS::KMS::Key', Condition: 'x' } } }),
      {},
      /Other/,
    ],
    [
      'with a key that its account could not administer',
      template({ key: { Properties: { KeyPolicy: lockedOut } } }),
      {},
      /will not allow you to update the key policy/,
    ],
    [
      'with a trust policy that is too long',
      template({
        role: {
          AssumeRolePolicyDocument: document(...role.AssumeRolePolicyDocument.Statement, {
            ...trust('sts:AssumeRole'),
            Sid: 'x'.repeat(2048),
          }),
        },
      }),
      {},
      /ACLSizePerRole/,
    ],
    ['of a template by its address', template(), { TemplateURL: 'http://x' }, /TemplateURL/],
  ])('%s', async (_name, body, more, message) => {
    const before = await accounts.tenant.kms.listKeys({});
    expect(await messageOf(create('none', body, more))).toMatch(message);
    expect((await accounts.tenant.kms.listKeys({})).Keys).toEqual(before.Keys);
    expect(await outcomeOf(accounts.tenant.iam.getRole({ RoleName: 'none' }))).toBe(
      'NoSuchEntityException',
    );
    expect(await messageOf(outputsOf('none'))).toMatch('does not exist');
  });

  test('that is not JSON', async () => {
    const TemplateBody = 'Resources: {}';
    expect(await messageOf(create('none', {}, { TemplateBody }))).toMatch('JSON');
  });

  test("in the first account, whose stacks are npm start's", async () => {
    const stacks = stacksOf(accounts.operator);
    const TemplateBody = JSON.stringify(template());
    expect(await outcomeOf(stacks.createStack({ StackName: 'x', TemplateBody }))).toBe(
      'InvalidAction',
    );
    expect(await outcomeOf(stacks.deleteStack({ StackName: 'TenantKeys' }))).toBe('InvalidAction');
    expect(await outcomeOf(stacks.describeStacks({ StackName: 'for-acme' }))).toBe(
      'ValidationError',
    );
  });
});
