/**
 * The resources of a stack that CreateStack makes and DeleteStack takes away. Invariant: CloudFormation does nothing that
 * the caller may not do, and makes all of a stack or nothing of it.
 */
import type { Call } from '../aws/operation.ts';
import { resourceTags } from '../aws/resource-tags.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { authorizeNewRole, putRole } from '../iam-api/role-changes.ts';
import type { RoleStore } from '../iam-api/role-store.ts';
import { pathOf } from '../iam-api/roles.ts';
import { roleArn, type StoredRole } from '../iam-api/stored-role.ts';
import { authorizeAlias, authorizeKey, authorizeNewKey } from '../kms/access.ts';
import { aliasArn, type KmsAccount } from '../kms/account.ts';
import { declareKeys, tagsOf } from '../kms/declared-key.ts';
import { defaultWindowInDays, deleteKeysOf } from '../kms/deleted-stack.ts';
import { aliasExists } from '../kms/errors.ts';
import { newKey } from '../kms/key.ts';
import { lookUp } from '../kms/key-lookup.ts';
import { keyTypeConditions } from '../kms/key-type.ts';
import { liveAlias, liveKey } from '../kms/live-keys.ts';
import { requireNoLockout } from '../kms/lockout.ts';
import { keyPolicyOf } from '../kms/policy.ts';
import { mergedTags, requestTagConditions } from '../kms/tags.ts';
import { readKeys, type TemplateKey } from '../kms/template.ts';
import type { Role } from '../sts/role.ts';
import { readRoles } from '../sts/template.ts';
import { isKept } from '../template/resource-types.ts';
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
    const { arn: resource, tags, identityPolicies } = role;
    authorizeNewRole(call, resource, tags);
    if (identityPolicies.length > 0)
      call.authorize({ action: 'iam:PutRolePolicy', resource, context: resourceTags(tags) });
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
function requireMakeable(account: KmsAccount, declared: TemplateKey, call: Call): void {
  const { keyId, KeySpec: keySpec, EnableKeyRotation, RotationPeriodInDays } = declared;
  const policy = JSON.stringify(declared.KeyPolicy);
  const tags = mergedTags([], tagsOf(declared));
  const key = newKey(account, { keyId, keySpec, policy, tags });
  authorizeNewKey(account, call, key, {
    ...keyTypeConditions(key),
    'kms:BypassPolicyLockoutSafetyCheck': 'false',
  });
  requireNoLockout(account, call, key, keyPolicyOf(account, key), requestTagConditions(tags));
  if (EnableKeyRotation)
    authorizeKey(call, { account, key }, 'kms:EnableKeyRotation', {
      'kms:RotationPeriodInDays': String(RotationPeriodInDays),
    });
  for (const name of declared.aliases) {
    authorizeAlias(account, call, 'kms:CreateAlias', name);
    authorizeKey(call, { account, key }, 'kms:CreateAlias');
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
      .filter(isKept)
      .map(({ logicalId }) => template.identity(logicalId).attributes.Arn),
  );
  const roles = [...readRoles(template).values()]
    .filter(({ arn }) => !kept.has(arn))
    .flatMap(({ name }) => account.roles.find(name) ?? []);
  for (const key of keys) requireDeletable(account.keys, key, call);
  for (const role of roles) {
    const on = { resource: roleArn(account.keys, role), context: resourceTags(role.tags) };
    if (role.policies.length > 0) call.authorize({ action: 'iam:DeleteRolePolicy', ...on });
    call.authorize({ action: 'iam:DeleteRole', ...on });
  }
  deleteKeysOf(account.keys, keys);
  for (const role of roles) account.roles.delete(role);
}

/** @throws AwsError AccessDeniedException */
function requireDeletable(account: KmsAccount, declared: TemplateKey, call: Call): void {
  const { aliases, keptAliases, PendingWindowInDays = defaultWindowInDays } = declared;
  const key = liveKey(account, declared.keyId);
  if (key !== undefined && !declared.isKept)
    authorizeKey(call, { account, key }, 'kms:ScheduleKeyDeletion', {
      'kms:ScheduleKeyDeletionPendingWindowInDays': String(PendingWindowInDays),
    });
  for (const name of aliases.filter((alias) => !keptAliases.includes(alias))) {
    const alias = liveAlias(account, name);
    if (alias === undefined) continue;
    authorizeAlias(account, call, 'kms:DeleteAlias', name);
    authorizeKey(call, lookUp(account, alias.keyId, 'ids'), 'kms:DeleteAlias');
  }
}
