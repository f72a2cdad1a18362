/** Roles that the administrator of the tenant's account makes, and sessions of the product's account that assume them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Accounts,
  messageOf,
  openAccounts,
  ourRole,
  ours,
  outcomeOf,
  policyText,
  rootOf,
  tenantRole,
  theirs,
} from './harness.ts';
import { acme, assume, externalId, makeRole, trust } from './tenant-role.ts';

let accounts: Accounts;
beforeAll(async () => {
  accounts = await openAccounts();
  await makeRole(accounts, 'acme');
});
afterAll(() => accounts.deployment.close());

describe('a role of the tenant, assumed by a tenant session', () => {
  test("gives a session of the tenant's account, without the role's path", async () => {
    const session = await assume(accounts, acme(accounts));
    const Arn = `arn:aws:sts::${theirs}:assumed-role/acme/data-plane`;
    expect(session.user?.Arn).toBe(Arn);
    expect(await session.sts.getCallerIdentity({})).toMatchObject({ Account: theirs, Arn });
  });

  test("uses the tenant's key, whose policy sees role with path, tag and account", async () => {
    const KeyId = await accounts.key({
      Principal: { AWS: tenantRole },
      Action: 'kms:Encrypt',
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': tenantRole },
        StringEquals: {
          'aws:PrincipalTag/TenantId': 'acme',
          'kms:CallerAccount': theirs,
          'aws:PrincipalAccount': theirs,
        },
      },
    });
    const { kms } = await assume(accounts, acme(accounts));
    expect(await outcomeOf(kms.encrypt({ KeyId, Plaintext: Buffer.from('x') }))).toBe('allowed');
    expect(
      await outcomeOf(acme(accounts).kms.encrypt({ KeyId, Plaintext: Buffer.from('x') })),
    ).toBe('AccessDeniedException');
  });

  test.each([
    ['without the external id', { ExternalId: undefined }],
    ['with the external id of another', { ExternalId: 'TenantKeys/globex' }],
    ['with the external id in capitals', { ExternalId: externalId.toUpperCase() }],
    ['without the tag', { Tags: undefined }],
    ['with the tag of another', { Tags: [{ Key: 'TenantId', Value: 'globex' }] }],
    [
      'with another tag as well',
      {
        Tags: [
          { Key: 'TenantId', Value: 'acme' },
          { Key: 'Admin', Value: 'yes' },
        ],
      },
    ],
    ['of another name', { RoleArn: tenantRole.replace(/acme$/, 'globex') }],
    ['of another path', { RoleArn: tenantRole.replace('/tenant-keys', '') }],
    ['of another account', { RoleArn: tenantRole.replace(theirs, '333333333333') }],
  ])('is refused %s', async (_name, more) => {
    const error = await messageOf(assume(accounts, acme(accounts), more));
    expect(error).toMatch(/^User: .* is not authorized to perform: sts:AssumeRole on resource: /);
  });

  test.each([
    ['another tenant', () => accounts.as('TenantRole', { TenantId: 'globex' })],
    ['a session without a tag', () => accounts.as('TenantRole')],
    ['another role of ours that may assume it', () => accounts.as('User', { TenantId: 'acme' })],
    ['our administrator', () => accounts.operator],
  ])('is refused to %s', async (_name, who) => {
    expect(await outcomeOf(assume(accounts, who()))).toBe('AccessDenied');
  });

  test('is refused to a role that the trust policy names, without a right of its own', async () => {
    await makeRole(accounts, 'powerless', policyText(...trust('powerless', ourRole('Powerless'))));
    const RoleArn = tenantRole.replace(/acme$/, 'powerless');
    const Tags = [{ Key: 'TenantId', Value: 'powerless' }];
    const by = accounts.as('Powerless', { TenantId: 'powerless' });
    const call = assume(accounts, by, { RoleArn, ExternalId: 'TenantKeys/powerless', Tags });
    expect(await outcomeOf(call)).toBe('AccessDenied');
  });

  test('is refused where the tag may not be set, in either account', async () => {
    const open = { Effect: 'Allow', Principal: rootOf(ours), Action: 'sts:AssumeRole' };
    await makeRole(accounts, 'notags', policyText(open));
    const RoleArn = tenantRole.replace(/acme$/, 'notags');
    expect(await messageOf(assume(accounts, accounts.as('User'), { RoleArn }))).toContain(
      'sts:TagSession',
    );
    expect(
      await outcomeOf(assume(accounts, accounts.as('User'), { RoleArn, Tags: undefined })),
    ).toBe('allowed');
  });

  test('lasts an hour at most, with tags that do not go further', async () => {
    const error = await messageOf(assume(accounts, acme(accounts), { DurationSeconds: 3601 }));
    expect(error).toMatch(/exceeds/);
    expect(await outcomeOf(assume(accounts, acme(accounts), { DurationSeconds: 3600 }))).toBe(
      'allowed',
    );
    expect(
      await outcomeOf(assume(accounts, acme(accounts), { TransitiveTagKeys: ['TenantId'] })),
    ).not.toBe('allowed');
  });
});

describe('what the tenant changes counts for sessions that are open', () => {
  test('a right that is given and taken away', async () => {
    await makeRole(accounts, 'policies');
    const RoleArn = tenantRole.replace(/acme$/, 'policies');
    const by = accounts.as('TenantRole', { TenantId: 'policies' });
    const Tags = [{ Key: 'TenantId', Value: 'policies' }];
    const session = await assume(accounts, by, {
      RoleArn,
      ExternalId: 'TenantKeys/policies',
      Tags,
    });
    const KeyId = await accounts.key();
    const use = () => outcomeOf(session.kms.describeKey({ KeyId }));
    const names = { RoleName: 'policies', PolicyName: 'Use' };
    const { iam } = accounts.tenant;
    expect(await use()).toBe('AccessDeniedException');
    const PolicyDocument = policyText({ Effect: 'Allow', Action: 'kms:*', Resource: KeyId });
    await iam.putRolePolicy({ ...names, PolicyDocument });
    expect(await use()).toBe('allowed');
    expect(await outcomeOf(iam.deleteRole({ RoleName: 'policies' }))).toBe(
      'DeleteConflictException',
    );
    await iam.deleteRolePolicy(names);
    expect(await use()).toBe('AccessDeniedException');
  });

  test('a trust policy that closes, and a role that goes, and one of the same name', async () => {
    await makeRole(accounts, 'going');
    const RoleArn = tenantRole.replace(/acme$/, 'going');
    const Tags = [{ Key: 'TenantId', Value: 'going' }];
    const by = accounts.as('TenantRole', { TenantId: 'going' });
    const open = () => assume(accounts, by, { RoleArn, ExternalId: 'TenantKeys/going', Tags });
    const session = await open();
    const { iam } = accounts.tenant;
    const closed = policyText({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:*' });
    await iam.updateAssumeRolePolicy({ RoleName: 'going', PolicyDocument: closed });
    expect(await outcomeOf(open())).toBe('AccessDenied');
    expect((await session.sts.getCallerIdentity({})).Account).toBe(theirs);
    await iam.deleteRole({ RoleName: 'going' });
    await makeRole(accounts, 'going');
    expect(await outcomeOf(session.sts.getCallerIdentity({}))).toBe('InvalidClientTokenId');
    expect(await outcomeOf(open())).toBe('allowed');
  });
});
