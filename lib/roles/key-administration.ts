/**
 * Who administers keys, and what no role that administers tenants' keys may ever do. Invariant: the account
 * administers and never uses; and the Denies hold against any key policy, a careless one included.
 */
import type { Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { administrativeActions, cryptographicActions } from '../../contract/key-policy.ts';
import { dynamodbEndpoint } from './dynamodb-endpoint.ts';

/** For the policy of a key of the product's own; a tenant's has the same, in contract/key-policy.ts. */
export const accountAdministers = () =>
  new PolicyStatement({
    sid: 'AccountAdministersWithoutUse',
    principals: [new AccountRootPrincipal()],
    actions: [...administrativeActions],
    resources: ['*'],
  });

/** @param deletionWindowInDays the shortest that a deletion may have */
export function administrationOnly(stack: Stack, deletionWindowInDays: number): PolicyStatement[] {
  return [
    noCryptography(stack),
    noGrants(),
    noLockoutBypass(),
    noHastyDeletion(deletionWindowInDays),
  ];
}

/** The table's own encryption is the exception. A direct call has no ViaService, and so is denied. */
const noCryptography = (stack: Stack) =>
  new PolicyStatement({
    sid: 'NoCryptography',
    effect: Effect.DENY,
    actions: [...cryptographicActions],
    resources: ['*'],
    conditions: { StringNotEquals: { 'kms:ViaService': dynamodbEndpoint(stack) } },
  });

/** A grant bypasses the conditions of every policy on tags and encryption context. */
const noGrants = () =>
  new PolicyStatement({
    sid: 'NoGrants',
    effect: Effect.DENY,
    actions: ['kms:CreateGrant'],
    resources: ['*'],
  });

const noLockoutBypass = () =>
  new PolicyStatement({
    sid: 'NoLockoutBypass',
    effect: Effect.DENY,
    actions: ['kms:CreateKey', 'kms:PutKeyPolicy'],
    resources: ['*'],
    conditions: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } },
  });

/** Without a window in the request, KMS takes 30 days, which is also its longest. */
const noHastyDeletion = (deletionWindowInDays: number) =>
  new PolicyStatement({
    sid: 'NoHastyDeletion',
    effect: Effect.DENY,
    actions: ['kms:ScheduleKeyDeletion'],
    resources: ['*'],
    conditions: {
      NumericLessThan: {
        'kms:ScheduleKeyDeletionPendingWindowInDays': String(deletionWindowInDays),
      },
    },
  });
