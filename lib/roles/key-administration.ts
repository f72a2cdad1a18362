/**
 * Who administers keys, and what the roles that administer tenants' keys may never do. Invariant: the account
 * administers keys and never uses one, and the Denies hold whatever a key policy allows.
 */
import { Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { administrativeActions, cryptographicActions } from '../../contract/key-policy.ts';
import { ownNames } from '../config/own-names.ts';
import { dynamodbEndpoint } from './dynamodb-endpoint.ts';

/** For the policies of the product's own keys. Tenants' keys have the same, from contract/key-policy.ts. */
export const accountAdministers = () =>
  new PolicyStatement({
    sid: 'AccountAdministersWithoutUse',
    principals: [new AccountRootPrincipal()],
    actions: [...administrativeActions],
    resources: ['*'],
  });

/** Of this account and region. */
export const everyKey = (stack: Stack) =>
  stack.formatArn({ service: 'kms', resource: 'key', resourceName: '*' });

/** Of tenants' keys. */
export const everyAlias = (scope: IConstruct) =>
  Stack.of(scope).formatArn({ service: 'kms', resource: ownNames(scope).aliasOf('*') });

/** What changes a key, of what an administrator may do. */
const changingActions = administrativeActions.filter(
  (action) => !/^kms:(?:Describe|Get|List)/.test(action),
);

/**
 * For the policies of the product's own keys. IAM gives none of the product's roles a right to change these keys, unless
 * one gives such a key a tenant's tags first. By the tag of the roles and not by their ARNs, since some of these roles
 * need the key first; CloudFormation's own role does not have the tag, and so updates the key.
 */
export function productsRolesChangeNothing(scope: IConstruct): PolicyStatement {
  const { key, value } = ownNames(scope).productTag;
  return new PolicyStatement({
    sid: 'ProductsRolesChangeNothing',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: changingActions,
    resources: ['*'],
    conditions: { StringEquals: { [`aws:PrincipalTag/${key}`]: value } },
  });
}

/**
 * A key that KMS has deleted has no policy any more: only with a permission by IAM is the answer NotFound. Without,
 * it is AccessDenied, which has other causes as well.
 */
export const seeWhetherKeyIsGone = (stack: Stack) =>
  new PolicyStatement({
    sid: 'SeeWhetherKeyIsGone',
    actions: ['kms:DescribeKey'],
    resources: [everyKey(stack)],
  });

/** @param deletionWindowInDays the shortest that the role may ask for */
export function administrationOnly(stack: Stack, deletionWindowInDays: number): PolicyStatement[] {
  return [
    noCryptography(stack),
    noGrants(),
    noLockoutBypass(),
    noHastyDeletion(deletionWindowInDays),
  ];
}

/** But for the encryption of the table by DynamoDB. A direct call has no ViaService, so it is denied. */
const noCryptography = (stack: Stack) =>
  new PolicyStatement({
    sid: 'NoCryptography',
    effect: Effect.DENY,
    actions: [...cryptographicActions],
    resources: ['*'],
    conditions: { StringNotEquals: { 'kms:ViaService': dynamodbEndpoint(stack) } },
  });

/** A grant bypasses the conditions of all policies on tags and encryption context. */
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

/** A request without a window gets KMS's default, 30 days, which is also the longest. */
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
