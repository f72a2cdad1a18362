/**
 * Invariant: no operation touches a key before the policies have allowed its action on that key. They are asked with
 * the key's own policy, and with every condition key that AWS documents for the action and this KMS has.
 * Source: "Condition keys for AWS KMS" and "AWS KMS permissions" in the developer guide.
 */
import type { Call } from '../aws/operation.ts';
import { isForeign } from '../iam/authorize.ts';
import type { ConditionContext } from '../iam/decision.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { aliasArn, type KmsAccount, keyArn } from './account.ts';
import { type FoundKey, lookUp, MissingKeyError } from './key-lookup.ts';
import { keyTypeConditions } from './key-type.ts';
import { aliasesOf } from './live-keys.ts';
import { keyPolicyOf } from './policy.ts';
import type { StoredKey } from './stored-key.ts';
import { requestTagConditions } from './tags.ts';

/**
 * Looks up a key and authorizes the action on it.
 * @param names `ids` for an operation that takes a key id or ARN, `ids and aliases` for one that takes any name
 * @throws AwsError NotFoundException, AccessDeniedException
 */
export function authorizedKey(
  account: KmsAccount,
  call: Call,
  action: string,
  name: string,
  names: 'ids' | 'ids and aliases',
  context: ConditionContext = {},
): StoredKey {
  const found = findKey(account, call, action, name, names, context);
  authorizeKey(call, found, action, context);
  return found.key;
}

/**
 * Looks up a key. Who may know that a key is not there is decided by IAM alone: the policy of a deleted key went with
 * the key. So nobody learns it of another account's key or alias.
 * @throws AwsError NotFoundException, AccessDeniedException
 */
export function findKey(
  account: KmsAccount,
  call: Call,
  action: string,
  name: string,
  names: 'ids' | 'ids and aliases',
  context: ConditionContext = {},
): FoundKey {
  try {
    return lookUp(account, name, names);
  } catch (error) {
    if (error instanceof MissingKeyError && (error.isKey || isForeign(call.caller, error.arn))) {
      const caller = { 'kms:CallerAccount': call.caller.accountId };
      call.authorize({ action, resource: error.arn, context: { ...caller, ...context } });
    }
    throw error;
  }
}

/** @throws AwsError AccessDeniedException */
export const authorizeKey = (
  call: Call,
  found: FoundKey,
  action: string,
  context: ConditionContext = {},
): void => authorizeUnder(keyPolicyOf(found.account, found.key), call, found, action, context);

/** Authorizes as if the key had this policy. @throws AwsError AccessDeniedException */
export function authorizeUnder(
  resourcePolicy: PolicyDocument,
  call: Call,
  { account, key, alias }: FoundKey,
  action: string,
  context: ConditionContext,
): void {
  const resource = keyArn(account, key.keyId);
  const hidesKey = alias !== undefined && isForeign(call.caller, resource);
  call.authorize({
    action,
    resource,
    ...(hidesKey && { named: aliasArn(account, alias) }),
    resourcePolicy,
    context: {
      'kms:CallerAccount': call.caller.accountId,
      ...keyTypeConditions(key),
      'kms:RequestAlias': alias,
      'kms:ResourceAliases': aliasesOf(account, key.keyId).map(({ name }) => name),
      ...Object.fromEntries(key.tags.map((tag) => [`aws:ResourceTag/${tag.key}`, tag.value])),
      ...context,
    },
  });
}

/**
 * The creation of a key, and of its tags: "To use the Tags parameter", CreateKey, API reference. IAM alone decides.
 * @param context conditions of CreateKey, beside the tags
 * @throws AwsError AccessDeniedException
 */
export function authorizeNewKey(
  account: KmsAccount,
  call: Call,
  { keyId, tags }: Pick<StoredKey, 'keyId' | 'tags'>,
  context: ConditionContext,
): void {
  const requested = requestTagConditions(tags);
  authorizeAccount(call, 'kms:CreateKey', { ...context, ...requested });
  if (tags.length === 0) return;
  const caller = { 'kms:CallerAccount': call.caller.accountId };
  const resource = keyArn(account, keyId);
  call.authorize({ action: 'kms:TagResource', resource, context: { ...caller, ...requested } });
}

/** An alias has no policy of its own: IAM alone decides. @throws AwsError AccessDeniedException */
export function authorizeAlias(
  account: KmsAccount,
  call: Call,
  action: string,
  name: string,
): void {
  const context = { 'kms:CallerAccount': call.caller.accountId };
  call.authorize({ action, resource: aliasArn(account, name), context });
}

/** For an action without a resource. @throws AwsError AccessDeniedException */
export function authorizeAccount(call: Call, action: string, context: ConditionContext = {}): void {
  const caller = { 'kms:CallerAccount': call.caller.accountId };
  call.authorize({ action, resource: '*', context: { ...caller, ...context } });
}
