/**
 * A tenant with a key in its own AWS account, by the command line and the library: what is printed is what that account makes
 * key and role of, and nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type ExternalStack,
  startExternalStack,
  tenantAccountId,
} from '../../e2e/external-account.ts';
import { clientOf } from '../harness.ts';
import { run, variablesOf } from './harness.ts';

let stack: ExternalStack;
let folder: string;
beforeAll(async () => {
  stack = await startExternalStack();
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
}, 120_000);
afterAll(async () => {
  await stack?.close();
  rmSync(folder, { recursive: true });
});

const tk = (line: string) => run(line.split(' '), { cwd: folder, env: variablesOf(stack, 'jane') });
async function printed(line: string): Promise<string> {
  const { code, stdout, stderr } = await tk(`tenants external-account ${line}`);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}
const onboarded = (tenantId: string, keyArn: string) =>
  tk(`tenants onboard ${tenantId} --key-store aws-kms-external --key-arn ${keyArn} --json`);

test('the template goes to CloudFormation as it is printed, and then the tenant is onboarded', async () => {
  const { cloudformation } = stack.owner;
  const StackName = 'tenant-keys-acme';
  const TemplateBody = await printed(`acme --account ${tenantAccountId}`);
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await cloudformation.createStack({ StackName, TemplateBody, Capabilities });
  const { Stacks: [made] = [] } = await cloudformation.describeStacks({ StackName });
  const key = made?.Outputs?.find(({ OutputKey }) => OutputKey === 'KeyArn');
  const { code, stdout } = await onboarded('acme', key?.OutputValue ?? '');
  expect([code, JSON.parse(stdout).status]).toEqual([0, 'ACTIVE']);
}, 60_000);

test('each policy goes to KMS or IAM as it is printed', async () => {
  const { kms, iam } = stack.owner;
  const { KeyMetadata } = await kms.createKey({
    Policy: await printed('globex --print key-policy'),
  });
  const keyArn = KeyMetadata?.Arn ?? '';
  const early = await onboarded('globex', keyArn);
  expect([early.code, JSON.parse(early.stderr).code]).toEqual([5, 'external-key-refused']);
  const { roleArn } = JSON.parse(await printed('globex --print all'));
  const [, Path, RoleName = ''] = /role(\/.*\/)(.*)$/.exec(roleArn) ?? [];
  const AssumeRolePolicyDocument = await printed('globex --print trust-policy');
  await iam.createRole({ RoleName, Path, AssumeRolePolicyDocument });
  const PolicyDocument = await printed(`globex --print role-policy --key-arn ${keyArn}`);
  await iam.putRolePolicy({ RoleName, PolicyName: 'UseTheKey', PolicyDocument });
  expect((await onboarded('globex', keyArn)).code).toBe(0);
}, 60_000);

test('with --json it is the same, and all of it is what the library gives', async () => {
  const line = `hooli --account ${tenantAccountId}`;
  expect(await printed(`${line} --json`)).toBe(await printed(line));
  const { tenants } = clientOf(stack);
  const setup = await tenants.externalAccount('hooli', { accountId: tenantAccountId });
  expect(JSON.parse(await printed(`${line} --print all`))).toEqual(setup);
  expect(setup).toMatchObject({ tenantId: 'hooli', accountId: tenantAccountId });
  expect(setup).not.toHaveProperty('rolePolicy');
  const keyArn = `arn:aws:kms:us-east-1:${tenantAccountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const withKey = await tenants.externalAccount('hooli', { keyArn });
  expect(JSON.stringify(withKey.rolePolicy)).toContain(keyArn);
});

test('what it cannot give it says, and a file gets nothing of it', async () => {
  const wrong: [string, number, RegExp][] = [
    ['hooli --print role-policy', 2, /Give --key-arn/],
    ['hooli --print policy', 2, /key-policy/],
    ['hooli --account 444444444444', 1, /GET \/key-stores lists/],
    ['hooli --account x', 1, /12 digits/],
  ];
  for (const [line, code, words] of wrong) {
    const ended = await tk(`tenants external-account ${line}`);
    expect([line, ended.code, ended.stdout]).toEqual([line, code, '']);
    expect(ended.stderr).toMatch(words);
  }
});
