/** CloudFormation has no rights of its own: it makes, and takes away, what its caller may. */
import { randomUUID } from 'node:crypto';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { statement, template } from './given-template.ts';
import { type Accounts, openAccounts, outcomeOf, policyText, rootOf, theirs } from './harness.ts';

let accounts: Accounts;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.deployment.close());

const { Key } = template().Resources;
const Tags = [{ Key: 'Team', Value: 'keys' }];
const tagged = template({
  key: { Properties: { ...Key.Properties, Tags } },
  role: { Tags },
});

/** @returns CloudFormation as a session of a new role has it that may do so much */
async function builder(...may: object[]): Promise<CloudFormation> {
  const { iam, sts } = accounts.tenant;
  const RoleName = `builder-${randomUUID()}`;
  const trusted = statement({ Principal: rootOf(theirs), Action: 'sts:AssumeRole' });
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: policyText(trusted) });
  if (may.length > 0)
    await iam.putRolePolicy({ RoleName, PolicyName: 'May', PolicyDocument: policyText(...may) });
  const { Credentials } = await sts.assumeRole({
    RoleArn: `arn:aws:iam::${theirs}:role/${RoleName}`,
    RoleSessionName: 'builder',
  });
  return new CloudFormation(accounts.session(Credentials).configuration);
}

const create = (by: CloudFormation, name: string) =>
  by.createStack({
    StackName: name,
    TemplateBody: JSON.stringify(tagged),
    Parameters: [{ ParameterKey: 'TenantId', ParameterValue: name }],
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  });

const everything = statement({ Action: '*', Resource: '*' });
const no = (Action: string, Condition?: object) => ({
  Effect: 'Deny',
  Action,
  Resource: '*',
  ...(Condition && { Condition }),
});
const requested = { StringEquals: { 'aws:RequestTag/Team': 'keys' } };
const present = { StringEquals: { 'aws:ResourceTag/Team': 'keys' } };
const yearly = { NumericEquals: { 'kms:RotationPeriodInDays': '365' } };

test.each([
  ['nothing', []],
  ['stacks alone', ['cloudformation:*']],
  ['stacks and keys', ['cloudformation:*', 'kms:*']],
  ['stacks and roles', ['cloudformation:*', 'iam:*']],
])('a session that may do %s makes nothing', async (_name, actions) => {
  const may = actions.length === 0 ? [] : [statement({ Action: actions, Resource: '*' })];
  const by = await builder(...may);
  expect(await outcomeOf(create(by, 'built'))).toMatch(/^AccessDenied/);
  const { iam } = accounts.tenant;
  expect(await outcomeOf(iam.getRole({ RoleName: 'built' }))).toBe('NoSuchEntityException');
});

test.each([
  no('kms:CreateKey'),
  no('kms:CreateKey', requested),
  no('kms:TagResource'),
  no('kms:EnableKeyRotation'),
  no('kms:EnableKeyRotation', yearly),
  no('kms:CreateAlias'),
  no('kms:CreateAlias', present),
  no('iam:CreateRole'),
  no('iam:CreateRole', requested),
  no('iam:TagRole'),
  no('iam:PutRolePolicy'),
  no('iam:PutRolePolicy', present),
])('a session that may do all but %j makes nothing', async (denied) => {
  const by = await builder(everything, denied);
  const before = (await accounts.tenant.kms.listKeys({})).Keys;
  expect(await outcomeOf(create(by, 'built'))).toMatch(/^AccessDenied/);
  const { iam, kms } = accounts.tenant;
  expect(await outcomeOf(iam.getRole({ RoleName: 'built' }))).toBe('NoSuchEntityException');
  expect((await kms.listKeys({})).Keys).toEqual(before);
});

test('a session that may do each of it makes a stack, and takes it away', async () => {
  const Action = [
    ...['cloudformation:CreateStack', 'cloudformation:DeleteStack'],
    ...['kms:CreateKey', 'kms:TagResource', 'kms:EnableKeyRotation', 'kms:PutKeyPolicy'],
    ...['kms:CreateAlias', 'kms:DeleteAlias', 'kms:ScheduleKeyDeletion'],
    ...['iam:CreateRole', 'iam:TagRole', 'iam:PutRolePolicy'],
    ...['iam:DeleteRolePolicy', 'iam:DeleteRole'],
  ];
  const by = await builder(statement({ Action, Resource: '*' }));
  await create(by, 'whole');
  expect(await outcomeOf(by.deleteStack({ StackName: 'whole' }))).toBe('allowed');
  const { iam } = accounts.tenant;
  expect(await outcomeOf(iam.getRole({ RoleName: 'whole' }))).toBe('NoSuchEntityException');
});

test.each([
  no('kms:ScheduleKeyDeletion'),
  no('kms:ScheduleKeyDeletion', present),
  no('kms:DeleteAlias'),
  no('kms:DeleteAlias', present),
  no('iam:DeleteRole'),
  no('iam:DeleteRole', present),
  no('iam:DeleteRolePolicy'),
])('a session that may do all but %j takes nothing away', async (denied) => {
  const owner = new CloudFormation(accounts.tenant.configuration);
  const name = `s${randomUUID()}`;
  await create(owner, name);
  const by = await builder(everything, denied);
  expect(await outcomeOf(by.deleteStack({ StackName: name }))).toMatch(/^AccessDenied/);
  const { iam, kms } = accounts.tenant;
  const { KeyMetadata } = await kms.describeKey({ KeyId: `alias/tenant-keys-${name}` });
  expect(KeyMetadata?.KeyState).toBe('Enabled');
  expect(await outcomeOf(iam.getRole({ RoleName: name }))).toBe('allowed');
  expect((await owner.describeStacks({ StackName: name })).Stacks).toHaveLength(1);
});
