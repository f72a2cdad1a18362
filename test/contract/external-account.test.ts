/** What a tenant is given for an account of its own, made there and tried with sessions of ours. */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import type { AssumeRoleCommandInput, Tag } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ExternalAccount,
  externalAccountTemplate,
  externalId,
  externalKeyArn,
  externalKeyPolicy,
  externalRoleArn,
  keyArnParts,
  rolePolicy,
  trustPolicy,
} from '../../contract/external-account.ts';
import {
  type Accounts,
  openAccounts,
  ourRole,
  ours,
  outcomeOf,
  theirs,
} from '../local/tenant-account/harness.ts';

const accountOf = (tenantId: string): ExternalAccount => ({
  tenantId,
  name: 'tenant-keys',
  partition: 'aws',
  productAccountId: ours,
  accountId: theirs,
  tenantRoleArn: ourRole('TenantRole'),
});
const Plaintext = Buffer.from('x');
const contextOf = (tenantId: string) => ({ TenantId: tenantId });

let accounts: Accounts;
const keys: Record<string, string> = {};
beforeAll(async () => {
  accounts = await openAccounts();
  for (const tenantId of ['acme', 'globex']) keys[tenantId] = await makeByTemplate(tenantId);
});
afterAll(() => accounts.deployment.close());

async function makeByTemplate(tenantId: string): Promise<string> {
  const cloudformation = new CloudFormation(accounts.tenant.configuration);
  await cloudformation.createStack({
    StackName: `tenant-keys-${tenantId}`,
    TemplateBody: JSON.stringify(externalAccountTemplate(accountOf(tenantId))),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  });
  const { Stacks } = await cloudformation.describeStacks({ StackName: `tenant-keys-${tenantId}` });
  const outputs = Object.fromEntries(
    Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? [],
  );
  expect(outputs.RoleArn).toBe(externalRoleArn(accountOf(tenantId), theirs));
  return outputs.KeyArn;
}

const tagsOf = (tenantId: string): Tag[] => [{ Key: 'TenantId', Value: tenantId }];
const wellFormed = (tenantId: string): AssumeRoleCommandInput => ({
  RoleArn: externalRoleArn(accountOf(tenantId), theirs),
  RoleSessionName: tenantId,
  ExternalId: externalId(accountOf(tenantId)),
  Tags: tagsOf(tenantId),
});
const sessionOf = async (tenantId: string) => {
  const { sts } = accounts.as('TenantRole', contextOf(tenantId));
  return accounts.session((await sts.assumeRole(wellFormed(tenantId))).Credentials);
};

describe('a key made by the template', () => {
  test('works for its tenant and survives its stack', async () => {
    const { kms } = await sessionOf('acme');
    const KeyId = keys.acme;
    const EncryptionContext = contextOf('acme');
    const { Plaintext: dataKey, CiphertextBlob } = await kms.generateDataKey({
      ...{ KeyId, EncryptionContext, KeySpec: 'AES_256' },
    });
    const opened = await kms.decrypt({ KeyId, EncryptionContext, CiphertextBlob });
    expect(opened.Plaintext).toEqual(dataKey);
    expect((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Enabled');
    const kept = externalAccountTemplate(accountOf('acme')).Resources.Key.DeletionPolicy;
    expect(kept).toBe('Retain');
  });

  test.each([
    ['another context', { EncryptionContext: contextOf('globex') }],
    ['no context', {}],
    ['the context in another spelling', { EncryptionContext: { tenantid: 'acme' } }],
    ['a context of two spellings', { EncryptionContext: { tenantid: 'acme', TENANTID: 'acme' } }],
  ])('is not used under %s', async (_, more) => {
    const { kms } = await sessionOf('acme');
    const call = kms.encrypt({ KeyId: keys.acme, Plaintext, ...more });
    expect(await outcomeOf(call)).toBe('AccessDeniedException');
  });

  test("is not used by a neighbour's session, nor by its account's administrator, nor is a grant made", async () => {
    const KeyId = keys.acme;
    const EncryptionContext = contextOf('acme');
    const theAdministrator = accounts.tenant.kms;
    for (const kms of [(await sessionOf('globex')).kms, theAdministrator, accounts.as('User').kms])
      expect(await outcomeOf(kms.encrypt({ KeyId, Plaintext, EncryptionContext }))).toBe(
        'AccessDeniedException',
      );
    const grant = { KeyId, GranteePrincipal: ourRole('User'), Operations: ['Decrypt' as const] };
    expect(await outcomeOf(theAdministrator.createGrant(grant))).toBe('AccessDeniedException');
  });

  test('is administered by its account, and not by the role', async () => {
    const KeyId = keys.globex;
    const { kms } = await sessionOf('globex');
    expect(await outcomeOf(kms.disableKey({ KeyId }))).toBe('AccessDeniedException');
    expect(await outcomeOf(accounts.tenant.kms.disableKey({ KeyId }))).toBe('allowed');
    expect(await outcomeOf(accounts.tenant.kms.enableKey({ KeyId }))).toBe('allowed');
  });
});

describe('the role', () => {
  test.each<[string, string, Partial<AssumeRoleCommandInput>, Record<string, string>]>([
    ['no external id', 'TenantRole', { ExternalId: undefined }, contextOf('acme')],
    [
      'the external id of another tenant',
      'TenantRole',
      { ExternalId: externalId(accountOf('globex')) },
      contextOf('acme'),
    ],
    ['another session name', 'TenantRole', { RoleSessionName: 'globex' }, contextOf('acme')],
    ['no tag', 'TenantRole', { Tags: [] }, contextOf('acme')],
    ['the tag of another tenant', 'TenantRole', { Tags: tagsOf('globex') }, contextOf('acme')],
    [
      'one tag more',
      'TenantRole',
      { Tags: [...tagsOf('acme'), { Key: 'Other', Value: 'x' }] },
      contextOf('acme'),
    ],
    ['a session without a tenant', 'User', {}, {}],
    ['another role of ours with the tag', 'User', {}, contextOf('acme')],
  ])('is not assumed with %s', async (_, who, more, sessionTags) => {
    const { sts } = accounts.as(who, sessionTags);
    const call = sts.assumeRole({ ...wellFormed('acme'), ...more });
    expect(await outcomeOf(call)).toBe('AccessDenied');
  });

  test('is not assumed by a session of another tenant, whatever it says', async () => {
    const { sts } = accounts.as('TenantRole', contextOf('globex'));
    expect(await outcomeOf(sts.assumeRole(wellFormed('acme')))).toBe('AccessDenied');
  });
});

test('made by hand of the policies alone, they work as well', async () => {
  const account = accountOf('initech');
  const { KeyMetadata } = await accounts.tenant.kms.createKey({
    Policy: JSON.stringify(externalKeyPolicy(account)),
  });
  const KeyId = KeyMetadata?.Arn ?? '';
  await accounts.tenant.iam.createRole({
    ...{ RoleName: 'initech', Path: '/tenant-keys/' },
    AssumeRolePolicyDocument: JSON.stringify(trustPolicy(account)),
  });
  await accounts.tenant.iam.putRolePolicy({
    ...{ RoleName: 'initech', PolicyName: 'UseTheKey' },
    PolicyDocument: JSON.stringify(rolePolicy(account, KeyId)),
  });
  const { kms } = await sessionOf('initech');
  const EncryptionContext = contextOf('initech');
  const call = kms.encrypt({ KeyId, Plaintext, EncryptionContext });
  expect(await outcomeOf(call)).toBe('allowed');
});

test('the template is refused in another account than the one that it is for', async () => {
  const elsewhere = { ...accountOf('hooli'), accountId: '444444444444' };
  const call = new CloudFormation(accounts.tenant.configuration).createStack({
    StackName: 'hooli',
    TemplateBody: JSON.stringify(externalAccountTemplate(elsewhere)),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  });
  expect(await outcomeOf(call)).not.toBe('allowed');
});

describe('the longest names', () => {
  const longest: ExternalAccount = {
    tenantId: 'a'.repeat(63),
    name: 'A'.repeat(32),
    partition: 'aws-us-gov',
    productAccountId: ours,
    accountId: theirs,
    tenantRoleArn: `arn:aws-us-gov:iam::${ours}:role/${'R'.repeat(64)}`,
  };

  test('leave the trust policy within 2,048 characters (IAM, quotas) and the template within 51,200', () => {
    expect(JSON.stringify(trustPolicy(longest)).length).toBeLessThanOrEqual(2048);
    expect(JSON.stringify(externalAccountTemplate(longest), null, 2).length).toBeLessThan(51_200);
  });

  test('make an external id that AssumeRole takes', () => {
    expect(externalId(longest)).toMatch(/^[\w+=,.@:/-]{2,1224}$/);
  });
});

test('external ids of different tenants, stacks and accounts differ', () => {
  const { tenantId, name, productAccountId } = accountOf('acme');
  const all = [
    { tenantId, name, productAccountId },
    { tenantId: 'globex', name, productAccountId },
    { tenantId, name: 'Other', productAccountId },
    { tenantId, name, productAccountId: theirs },
  ].map((one) => externalId({ ...one, partition: 'aws' }));
  expect(new Set(all).size).toBe(all.length);
});

describe('the ARN of a key', () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab';

  test.each([
    `arn:aws:kms:eu-central-1:${theirs}:key/${id}`,
    `arn:aws-us-gov:kms:us-gov-west-1:${theirs}:key/mrk-${'0'.repeat(32)}`,
  ])('%s', (arn) => {
    expect(externalKeyArn.safeParse(arn).success).toBe(true);
    expect(keyArnParts(arn)?.accountId).toBe(theirs);
  });

  test.each([
    id,
    `arn:aws:kms:eu-central-1:${theirs}:alias/acme`,
    `arn:aws:kms:eu-central-1:${theirs}:key/*`,
    `arn:aws:kms:*:${theirs}:key/${id}`,
    `arn:aws:kms:eu-central-1::key/${id}`,
    `arn:aws:kms:eu-central-1:${theirs}:key/${id}\n`,
    `arn:aws:iam:eu-central-1:${theirs}:key/${id}`,
  ])('not %j', (arn) => {
    expect(externalKeyArn.safeParse(arn).success).toBe(false);
    expect(keyArnParts(arn)).toBeUndefined();
  });
});
