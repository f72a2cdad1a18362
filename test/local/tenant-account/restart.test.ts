/** What a data folder keeps of the second account. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Accounts, openAccounts, outcomeOf, policyText, rootOf, theirs } from './harness.ts';

let dataDir = '';
let open: Accounts | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'accounts-'));
});
afterEach(async () => {
  await open?.deployment.close();
  open = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(): Promise<Accounts> {
  await open?.deployment.close();
  open = undefined;
  open = await openAccounts({ dataDir });
  return open;
}

const trustsItsAccount = policyText({
  Effect: 'Allow',
  Principal: rootOf(theirs),
  Action: 'sts:AssumeRole',
});

async function makeRole({ iam }: Accounts['tenant']): Promise<void> {
  await iam.createRole({
    RoleName: 'acme',
    Path: '/tenant-keys/',
    AssumeRolePolicyDocument: trustsItsAccount,
    Description: 'a description',
    MaxSessionDuration: 7200,
    Tags: [{ Key: 'Team', Value: 'a' }],
  });
  const PolicyDocument = policyText({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' });
  await iam.putRolePolicy({ RoleName: 'acme', PolicyName: 'Use', PolicyDocument });
}

test('keys, aliases and roles are there after a restart, in their own account', async () => {
  const first = await restart();
  await makeRole(first.tenant);
  const KeyId = await first.key();
  await first.tenant.kms.createAlias({ AliasName: 'alias/mine', TargetKeyId: KeyId });
  const Plaintext = Buffer.from('x');
  const { CiphertextBlob } = await first.tenant.kms.encrypt({ KeyId, Plaintext });
  const before = await first.tenant.iam.getRole({ RoleName: 'acme' });

  const { tenant, operator } = await restart();
  expect((await tenant.kms.describeKey({ KeyId: 'alias/mine' })).KeyMetadata?.Arn).toBe(KeyId);
  expect((await operator.kms.listKeys({})).Keys).toEqual([]);
  expect((await tenant.iam.getRole({ RoleName: 'acme' })).Role).toEqual(before.Role);
  const { Credentials } = await tenant.sts.assumeRole({
    RoleArn: before.Role?.Arn,
    RoleSessionName: 'again',
    DurationSeconds: 7200,
  });
  const session = (open as Accounts).session(Credentials);
  expect(await outcomeOf(session.kms.decrypt({ CiphertextBlob }))).toBe('allowed');
  expect(await outcomeOf(session.kms.encrypt({ KeyId, Plaintext }))).toBe('AccessDeniedException');
});

test('the clock of KMS is the same in both accounts', async () => {
  const { deployment, key, tenant } = await restart();
  const KeyId = await key();
  await tenant.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  deployment.clock.advance(8 * 86_400_000);
  expect(readFileSync(join(dataDir, 'tenant-account-keys.json'), 'utf8')).toContain('"keys":[]');
  expect(await outcomeOf(tenant.kms.describeKey({ KeyId }))).toBe('NotFoundException');
});

test.each([
  ['no JSON', (text: string) => text.slice(1)],
  ['a policy that nobody understands', (text: string) => text.replace('Effect', 'Affect')],
  ['a role twice', (text: string) => text.replace(/"roles":\[(.*)\]\}/, '"roles":[$1,$1]}')],
  ['a path that is none', (text: string) => text.replace('"/tenant-keys/"', '"tenant-keys"')],
])('a file with %s stops the start', async (_name, change) => {
  await makeRole((await restart()).tenant);
  await open?.deployment.close();
  open = undefined;
  const file = join(dataDir, 'tenant-account-roles.json');
  const text = readFileSync(file, 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(file, change(text));
  await expect(openAccounts({ dataDir })).rejects.toThrow(
    /^.*tenant-account-roles\.json has no roles/,
  );
});

test('a file with a stack whose template nobody understands stops the start, and is named', async () => {
  await restart();
  await open?.deployment.close();
  open = undefined;
  const stack = {
    name: 's',
    instance: 1,
    createdAt: 0,
    template: '{"Resources":1}',
    parameters: {},
  };
  const file = join(dataDir, 'tenant-account-stacks.json');
  writeFileSync(file, JSON.stringify({ version: 1, stacks: [stack] }));
  await expect(openAccounts({ dataDir })).rejects.toThrow(
    /^.*tenant-account-stacks\.json has no stacks .*Resources/,
  );
});
