/**
 * The resources of a stack that CreateStack makes and DeleteStack takes away. Invariant: CloudFormation does nothing that
 * the caller may not do, and makes all of a stack or nothing of it.
 */
import type { Call } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { putRole } from '../iam-api/role-changes.ts';
import type { RoleStore } from '../iam-api/role-store.ts';
import { pathOf } from '../iam-api/roles.ts';
import type { StoredRole } from '../iam-api/stored-role.ts';
import { authorizeAccount, authorizeAlias, authorizeKey } from '../kms/access.ts';
import { aliasArn, type KmsAccount, keyArn } from '../kms/account.ts';
import { declareKeys } from '../kms/declared-key.ts';
import { deleteKeysOf } from '../kms/deleted-stack.ts';
import { aliasExists } from '../kms/errors.ts';
import { newKey } from '../kms/key.ts';
import { liveAlias, liveKey } from '../kms/live-keys.ts';
import { requireNoLockout } from '../kms/lockout.ts';
import { parseKeyPolicy } from '../kms/policy.ts';
import { mergedTags, requestTagConditions } from '../kms/tags.ts';
import { readKeys, type TemplateKey } from '../kms/template.ts';
import type { Role } from '../sts/role.ts';
import { readRoles } from '../sts/template.ts';
import type { Template } from '../template/template.ts';

export interface StackAccount {
  readonly keys: KmsAccount;
  readonly roles: RoleStore;
}

/** @throws AwsError, TemplateError, and what parsers of policies throw; then nothing was made that is left but a key that goes */
export function makeResources(account: StackAccount, template: Template, call: Call): void {
  const keys = readKeys(template);
  const roles = [...readRoles(template).values()];
  for (const key of keys) requireMakeable(account.keys, key, call);
  for (const role of roles) {
    call.authorize({ action: 'iam:CreateRole', resource: role.arn });
    if (role.identityPolicies.length > 0)
      call.authorize({ action: 'iam:PutRolePolicy', resource: role.arn });
    if (account.roles.find(role.name) !== undefined)
      throw new AwsError('AlreadyExistsException', `${role.name} already exists`);
  }
  const made: StoredRole[] = [];
  try {
    for (const role of roles) {
      const stored = storedOf(role, account.keys);
      putRole(account.roles, stored);
      made.push(stored);
    }
    declareKeys(account.keys, keys);
  } catch (error) {
    deleteKeysOf(account.keys, keys);
    for (const role of made) account.roles.delete(role);
    throw error;
  }
}

/** @throws AwsError AccessDeniedException, MalformedPolicyDocumentException, AlreadyExistsException */
function requireMakeable(account: KmsAccount, key: TemplateKey, call: Call): void {
  const tags = mergedTags(
    [],
    key.Tags.map(({ Key, Value }) => ({ key: Key, value: Value })),
  );
  const requested = requestTagConditions(tags);
  authorizeAccount(call, 'kms:CreateKey', {
    ...requested,
    'kms:KeySpec': key.KeySpec,
    'kms:KeyUsage': key.KeyUsage,
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:MultiRegion': 'false',
    'kms:BypassPolicyLockoutSafetyCheck': 'false',
  });
  if (tags.length > 0) {
    const context = { 'kms:CallerAccount': call.caller.accountId, ...requested };
    call.authorize({ action: 'kms:TagResource', resource: keyArn(account, key.keyId), context });
  }
  const policy = parseKeyPolicy(JSON.stringify(key.KeyPolicy), keyArn(account, key.keyId));
  const planned = newKey(account, { keyId: key.keyId, keySpec: key.KeySpec, tags });
  requireNoLockout(account, call, planned, policy, requested);
  for (const name of key.aliases) {
    authorizeAlias(account, call, 'kms:CreateAlias', name);
    if (liveAlias(account, name) !== undefined) throw aliasExists(aliasArn(account, name));
  }
}

/** A policy of a template is named `<logical id>/<PolicyName>`. */
const storedOf = (role: Role, { clock }: KmsAccount): StoredRole => ({
  name: role.name,
  path: pathOf(role),
  roleId: role.roleId,
  createdAt: clock.now().getTime(),
  maxSessionDurationSeconds: role.maxSessionDurationSeconds,
  tags: role.tags,
  trustPolicy: JSON.stringify(role.trustPolicy.source),
  policies: role.identityPolicies.map(({ name, source }) => ({
    name: name.slice(name.indexOf('/') + 1),
    document: JSON.stringify(source),
  })),
});

/** What the template keeps stays. @throws AwsError AccessDenied(Exception), and then nothing has changed */
export function deleteResources(account: StackAccount, template: Template, call: Call): void {
  const keys = readKeys(template);
  const kept = new Set(
    template.resources
      .filter(({ deletionPolicy }) => deletionPolicy?.startsWith('Retain'))
      .map(({ logicalId }) => template.identity(logicalId).attributes.Arn),
  );
  const roles = [...readRoles(template).values()].filter(({ arn }) => !kept.has(arn));
  for (const { keyId, isKept, PendingWindowInDays = 30 } of keys) {
    const key = liveKey(account.keys, keyId);
    if (key === undefined || isKept) continue;
    authorizeKey(call, { account: account.keys, key }, 'kms:ScheduleKeyDeletion', {
      'kms:ScheduleKeyDeletionPendingWindowInDays': String(PendingWindowInDays),
    });
  }
  for (const { arn } of roles) call.authorize({ action: 'iam:DeleteRole', resource: arn });
  deleteKeysOf(account.keys, keys);
  for (const { name } of roles) {
    const stored = account.roles.find(name);
    if (stored !== undefined) account.roles.delete(stored);
  }
}
