/** IAM's API, as the administrator of the tenant's account and sessions of its roles use it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Accounts,
  messageOf,
  openAccounts,
  ourRole,
  outcomeOf,
  policyText,
  tenantRole,
  theirs,
} from './harness.ts';
import { acme, assume, makeRole, trust } from './tenant-role.ts';

let accounts: Accounts;
beforeAll(async () => {
  accounts = await openAccounts();
  await makeRole(accounts, 'acme');
});
afterAll(() => accounts.deployment.close());

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
    expect(await outcomeOf(makeRole(accounts, 'bad', document))).toBe(
      'MalformedPolicyDocumentException',
    );
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
    await makeRole(accounts, 'long', `${long(room)}${' '.repeat(3000)}`);
    expect(await outcomeOf(makeRole(accounts, 'longer', long(room + 1)))).toBe(
      'LimitExceededException',
    );
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
    const { iam } = await assume(accounts, acme(accounts), { RoleArn });
    const calls = [
      iam.getRole(names),
      iam.putRolePolicy({ ...names, PolicyName: 'x', PolicyDocument: policyText(allow) }),
      iam.createRole({ RoleName: 'x', AssumeRolePolicyDocument: policyText(trusted) }),
      iam.deleteRole(names),
    ];
    for (const call of calls) expect(await outcomeOf(call)).toBe('AccessDenied');
  });
});
