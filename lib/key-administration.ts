/**
 * What no role that administers tenants' keys may ever do. Invariant: these Denies hold against any key
 * policy, a careless one included.
 */
import type { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { cryptographicActions } from '../lambdas/tenant/key-policy.ts';
import { dynamodbEndpoint } from './dynamodb-endpoint.ts';

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
