/** Roles that the administrator of the tenant's account makes, and sessions of the product's account that assume them. */
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
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

let accounts: Accounts;
beforeAll(async () => {
  accounts = await openAccounts();
  await makeRole('acme');
});
afterAll(() => accounts.deployment.close());

const externalId = 'TenantKeys/acme';

/** As the template that the tenant gets will have it: TagSession knows no external id. */
const trust = (tenantId: string, role = ourRole('TenantRole')) => {
  const tags = { 'aws:PrincipalTag/TenantId': tenantId, 'aws:RequestTag/TenantId': tenantId };
  const statement = (Action: string, more: object = {}) => ({
    Effect: 'Allow',
    Principal: { AWS: role },
    Action,
    Condition: {
      StringEquals: { ...tags, ...more },
      'ForAllValues:StringEquals': { 'aws:TagKeys': 'TenantId' },
    },
  });
  return [
    statement('sts:AssumeRole', { 'sts:ExternalId': `TenantKeys/${tenantId}` }),
    statement('sts:TagSession'),
  ];
};

const makeRole = (name: string, document = policyText(...trust(name))) =>
  accounts.tenant.iam.createRole({
    RoleName: name,
    Path: '/tenant-keys/',
    AssumeRolePolicyDocument: document,
  });

async function assume(
  who: { sts: Accounts['tenant']['sts'] },
  more: Partial<AssumeRoleCommandInput> = {},
) {
  const { Credentials: issued, AssumedRoleUser } = await who.sts.assumeRole({
    RoleArn: tenantRole,
    RoleSessionName: 'data-plane',
    ExternalId: externalId,
    Tags: [{ Key: 'TenantId', Value: 'acme' }],
    ...more,
  });
  return { ...accounts.session(issued), user: AssumedRoleUser };
}

const acme = () => accounts.as('TenantRole', { TenantId: 'acme' });

describe('a role of the tenant, assumed by a tenant session', () => {
  test("gives a session of the tenant's account, without the role's path", async () => {
    const session = await assume(acme());
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
    const { kms } = await assume(acme());
    expect(await outcomeOf(kms.encrypt({ KeyId, Plaintext: Buffer.from('x') }))).toBe('allowed');
    expect(await outcomeOf(acme().kms.encrypt({ KeyId, Plaintext: Buffer.from('x') }))).toBe(
      'AccessDeniedException',
    );
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
    const error = await messageOf(assume(acme(), more));
    expect(error).toMatch(/^User: .* is not authorized to perform: sts:AssumeRole on resource: /);
  });

  test.each([
    ['another tenant', () => accounts.as('TenantRole', { TenantId: 'globex' })],
    ['a session without a tag', () => accounts.as('TenantRole')],
    ['another role of ours that may assume it', () => accounts.as('User', { TenantId: 'acme' })],
    ['our administrator', () => accounts.operator],
  ])('is refused to %s', async (_name, who) => {
    expect(await outcomeOf(assume(who()))).toBe('AccessDenied');
  });

  test('is refused to a role that the trust policy names, without a right of its own', async () => {
    await makeRole('powerless', policyText(...trust('powerless', ourRole('Powerless'))));
    const RoleArn = tenantRole.replace(/acme$/, 'powerless');
    const Tags = [{ Key: 'TenantId', Value: 'powerless' }];
    const by = accounts.as('Powerless', { TenantId: 'powerless' });
    const call = assume(by, { RoleArn, ExternalId: 'TenantKeys/powerless', Tags });
    expect(await outcomeOf(call)).toBe('AccessDenied');
  });

  test('is refused where the tag may not be set, in either account', async () => {
    const open = { Effect: 'Allow', Principal: rootOf(ours), Action: 'sts:AssumeRole' };
    await makeRole('notags', policyText(open));
    const RoleArn = tenantRole.replace(/acme$/, 'notags');
    expect(await messageOf(assume(accounts.as('User'), { RoleArn }))).toContain('sts:TagSession');
    expect(await outcomeOf(assume(accounts.as('User'), { RoleArn, Tags: undefined }))).toBe(
      'allowed',
    );
  });

  test('lasts an hour at most, with tags that do not go further', async () => {
    const error = await messageOf(assume(acme(), { DurationSeconds: 3601 }));
    expect(error).toMatch(/exceeds/);
    expect(await outcomeOf(assume(acme(), { DurationSeconds: 3600 }))).toBe('allowed');
    expect(await outcomeOf(assume(acme(), { TransitiveTagKeys: ['TenantId'] }))).not.toBe(
      'allowed',
    );
  });
});

describe('what the tenant changes counts for sessions that are open', () => {
  test('a right that is given and taken away', async () => {
    await makeRole('policies');
    const RoleArn = tenantRole.replace(/acme$/, 'policies');
    const by = accounts.as('TenantRole', { TenantId: 'policies' });
    const Tags = [{ Key: 'TenantId', Value: 'policies' }];
    const session = await assume(by, { RoleArn, ExternalId: 'TenantKeys/policies', Tags });
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
    await makeRole('going');
    const RoleArn = tenantRole.replace(/acme$/, 'going');
    const Tags = [{ Key: 'TenantId', Value: 'going' }];
    const by = accounts.as('TenantRole', { TenantId: 'going' });
    const open = () => assume(by, { RoleArn, ExternalId: 'TenantKeys/going', Tags });
    const session = await open();
    const { iam } = accounts.tenant;
    const closed = policyText({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:*' });
    await iam.updateAssumeRolePolicy({ RoleName: 'going', PolicyDocument: closed });
    expect(await outcomeOf(open())).toBe('AccessDenied');
    expect((await session.sts.getCallerIdentity({})).Account).toBe(theirs);
    await iam.deleteRole({ RoleName: 'going' });
    await makeRole('going');
    expect(await outcomeOf(session.sts.getCallerIdentity({}))).toBe('InvalidClientTokenId');
    expect(await outcomeOf(open())).toBe('allowed');
  });
});

describe("IAM's API in the tenant's account", () => {
  const names = { RoleName: 'acme' };

  test('shows a role as it was made', async () => {
    const { iam } = accounts.tenant;
    const { Role } = await iam.getRole(names);
    expect(Role).toMatchObject({ Arn: tenantRole, Path: '/tenant-keys/', RoleName: 'acme' });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(
      policyText(...trust('acme')),
    );
    const { Roles = [] } = await iam.listRoles({ PathPrefix: '/tenant-keys/' });
    expect(Roles.map(({ RoleName }) => RoleName)).toContain('acme');
    expect((await iam.listRoles({ PathPrefix: '/other/' })).Roles ?? []).toEqual([]);
    expect(await outcomeOf(accounts.operator.iam.getRole(names))).toBe('NoSuchEntityException');
  });

  test('has a name once, whatever its case or path', async () => {
    for (const RoleName of ['acme', 'ACME']) {
      const document = policyText(...trust('acme'));
      const call = accounts.tenant.iam.createRole({ RoleName, AssumeRolePolicyDocument: document });
      expect(await outcomeOf(call)).toBe('EntityAlreadyExistsException');
    }
  });

  const allow = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
  test.each([
    ['is no JSON', 'x'],
    ['has an element that IAM has not', policyText({ ...allow, Extra: 'x' })],
    [
      'has a condition key that the evaluator does not know',
      policyText({ ...allow, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o' } } }),
    ],
    ['has NotPrincipal', policyText({ ...allow, NotPrincipal: '*' })],
    ['is a trust policy', policyText(...trust('acme'))],
  ])('refuses an identity policy that %s', async (_name, PolicyDocument) => {
    const { iam } = accounts.tenant;
    const call = iam.putRolePolicy({ ...names, PolicyName: 'Bad', PolicyDocument });
    expect(await outcomeOf(call)).toBe('MalformedPolicyDocumentException');
    expect((await iam.listRolePolicies(names)).PolicyNames ?? []).toEqual([]);
  });

  const trusted = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
  test.each([
    ['has a Resource', policyText({ ...trusted, Resource: '*' })],
    ['names actions of another service', policyText({ ...trusted, Action: 'kms:Encrypt' })],
    [
      'names all actions but some',
      policyText({ Effect: 'Allow', Principal: '*', NotAction: 'sts:TagSession' }),
    ],
    ['names no action', policyText({ Effect: 'Allow', Principal: '*' })],
    ['trusts a federation', policyText({ ...trusted, Principal: { Federated: 'x' } })],
  ])('refuses a trust policy that %s', async (_name, document) => {
    expect(await outcomeOf(makeRole('bad', document))).toBe('MalformedPolicyDocumentException');
    const { iam } = accounts.tenant;
    const call = iam.updateAssumeRolePolicy({ ...names, PolicyDocument: document });
    expect(await outcomeOf(call)).toBe('MalformedPolicyDocumentException');
    expect(await outcomeOf(iam.getRole({ RoleName: 'bad' }))).toBe('NoSuchEntityException');
  });

  test('refuses what it would not enforce', async () => {
    const PermissionsBoundary = `arn:aws:iam::${theirs}:policy/boundary`;
    const AssumeRolePolicyDocument = policyText(...trust('acme'));
    const call = accounts.tenant.iam.createRole({
      RoleName: 'bound',
      AssumeRolePolicyDocument,
      PermissionsBoundary,
    });
    expect(await messageOf(call)).toContain('PermissionsBoundary is not supported');
  });

  test.each([
    ['that AWS keeps to itself', [{ Key: 'aws:x', Value: 'y' }], 'InvalidInputException'],
    [
      'whose keys differ in case alone',
      ['Team', 'TEAM'].map((Key) => ({ Key, Value: 'x' })),
      'InvalidInputException',
    ],
    [
      'of which there are too many',
      Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: '' })),
      'ValidationError',
    ],
  ])('makes no role with tags %s', async (_name, Tags, error) => {
    const { iam } = accounts.tenant;
    const AssumeRolePolicyDocument = policyText(...trust('acme'));
    const call = iam.createRole({ RoleName: 'tagged', AssumeRolePolicyDocument, Tags });
    expect(await outcomeOf(call)).toBe(error);
    expect(await outcomeOf(iam.getRole({ RoleName: 'tagged' }))).toBe('NoSuchEntityException');
  });

  test('keeps the quotas of policies, without their white space', async () => {
    const { iam } = accounts.tenant;
    const long = (length: number) => policyText({ ...trusted, Sid: 'x'.repeat(length) });
    const room = 2048 - long(0).length;
    await makeRole('long', `${long(room)}${' '.repeat(3000)}`);
    expect(await outcomeOf(makeRole('longer', long(room + 1)))).toBe('LimitExceededException');
    const PolicyDocument = policyText({ ...allow, Sid: 'x'.repeat(6000) });
    await iam.putRolePolicy({ ...names, RoleName: 'long', PolicyName: 'a', PolicyDocument });
    const second = iam.putRolePolicy({ RoleName: 'long', PolicyName: 'b', PolicyDocument });
    expect(await outcomeOf(second)).toBe('LimitExceededException');
  });

  test("leaves the first account's roles as the template has them", async () => {
    const { iam } = accounts.operator;
    const RoleName = ourRole('User').replace(/^.*\//, '');
    const PolicyDocument = policyText(allow);
    const calls = [
      iam.createRole({ RoleName: 'x', AssumeRolePolicyDocument: policyText(trusted) }),
      iam.putRolePolicy({ RoleName, PolicyName: 'x', PolicyDocument }),
      iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: policyText(trusted) }),
      iam.deleteRolePolicy({ RoleName, PolicyName: 'P0' }),
      iam.deleteRole({ RoleName }),
    ];
    for (const call of calls) expect(await outcomeOf(call)).toBe('InvalidAction');
    const theirsOfTheName = accounts.tenant.iam.getRole({ RoleName });
    expect(await outcomeOf(theirsOfTheName)).toBe('NoSuchEntityException');
  });

  test("has no part in the first account's web identity tokens", async () => {
    const { iam, sts } = accounts.tenant;
    const token = () => sts.getWebIdentityToken({ Audience: ['a'], SigningAlgorithm: 'RS256' });
    const calls = [
      token,
      () => iam.getOutboundWebIdentityFederationInfo({}),
      () => iam.disableOutboundWebIdentityFederation({}),
      () => iam.enableOutboundWebIdentityFederation({}),
    ];
    for (const call of calls) expect(await outcomeOf(call())).not.toBe('allowed');
    const info = await accounts.operator.iam.getOutboundWebIdentityFederationInfo({});
    expect(info.JwtVendingEnabled).toBe(true);
    await accounts.operator.iam.disableOutboundWebIdentityFederation({});
    for (const call of calls) expect(await outcomeOf(call())).not.toBe('allowed');
    await accounts.operator.iam.enableOutboundWebIdentityFederation({});
    const ofOthers = accounts.events.filter(
      ({ userIdentity }) => 'accountId' in userIdentity && userIdentity.accountId === theirs,
    );
    expect(ofOthers).toEqual([]);
  });

  test('asks the policies of a session that calls it', async () => {
    const RoleArn = tenantRole;
    const { iam } = await assume(acme(), { RoleArn });
    const calls = [
      iam.getRole(names),
      iam.putRolePolicy({ ...names, PolicyName: 'x', PolicyDocument: policyText(allow) }),
      iam.createRole({ RoleName: 'x', AssumeRolePolicyDocument: policyText(trusted) }),
      iam.deleteRole(names),
    ];
    for (const call of calls) expect(await outcomeOf(call)).toBe('AccessDenied');
  });
});
