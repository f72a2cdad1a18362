/**
 * The execution role of the control plane. Invariant: it makes and administers tenants' keys and never
 * uses one. Its permission to administer a key is in that key's own policy, which counts from the moment of
 * creation. Here is what no key policy can allow, and Denies that hold whatever a key policy allows.
 * Key policies name this role by its ARN: with a new construct id the role is another one, and loses every key.
 */
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import {
  Effect,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StackNames } from '../../contract/stack-names.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { ownNames } from '../config/own-names.ts';
import { acknowledge, wildcard } from '../nag/acknowledge.ts';
import {
  administrationOnly,
  everyAlias,
  everyKey,
  seeWhetherKeyIsGone,
} from './key-administration.ts';

export interface ControlPlaneRoleProps {
  readonly table: ITable;
  readonly deletionWindowInDays: number;
}

export class ControlPlaneRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ControlPlaneRoleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const names = ownNames(this);
    this.role = new Role(this, 'Role', {
      description: 'tenant-keys: tenant lifecycle, without cryptography',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Inline, so that the role never has an Allow without its Denies.
      inlinePolicies: {
        Policy: new PolicyDocument({
          statements: [
            keepRegistry(props.table),
            createTenantKey(),
            tagNewKey(stack, names),
            nameKey(this),
            findLostKey(),
            seeWhetherKeyIsGone(stack),
            noPolicyChange(),
            ...administrationOnly(stack, props.deletionWindowInDays),
          ],
        }),
      },
    });
    acknowledgeWildcards(this.role);
  }
}

function acknowledgeWildcards(role: Role): void {
  const stack = Stack.of(role);
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::*]':
      'kms:CreateKey and kms:ListKeys have no resource to name; conditions say which keys may be made.',
    [wildcard(stack, everyKey(stack))]:
      'The key that is being made has no id yet, and one that has an owner is excluded by condition; one that was deleted is asked for by DescribeKey, which shows no key material.',
    [wildcard(stack, everyAlias(role))]:
      'Aliases are made at run time, one a tenant, under this prefix.',
  });
}

const keepRegistry = (table: ITable) =>
  new PolicyStatement({
    sid: 'KeepRegistry',
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'],
    resources: [table.tableArn],
  });

/**
 * Only keys that can rotate, and never one without a tenant. TagNewKey limits the other tags: KMS asks for it as
 * well when a key is made with tags. The key spec implies the key usage.
 */
const createTenantKey = () =>
  new PolicyStatement({
    sid: 'CreateTenantKey',
    actions: ['kms:CreateKey'],
    resources: ['*'],
    conditions: {
      StringLike: { [`aws:RequestTag/${tenantIdTag}`]: '?*' },
      StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyOrigin': 'AWS_KMS' },
      Bool: { 'kms:MultiRegion': 'false' },
    },
  });

/**
 * KMS takes tags in CreateKey only from callers whose IAM policy allows TagResource on every key
 * (Developer Guide, "Controlling access to tags"). No condition key tells that call from one for a key that is there
 * already. So this leaves out what a key that is being made cannot be: one with a tenant or an owner (with a changed tag, the
 * tenant role would take such a key for another tenant's), one with an alias, one of another type. IfExists, since KMS
 * documents the type of a key for TagResource, and not for tags in CreateKey; there CreateTenantKey asks for it.
 */
const tagNewKey = (stack: Stack, { productTag }: StackNames) =>
  new PolicyStatement({
    sid: 'TagNewKey',
    actions: ['kms:TagResource'],
    resources: [everyKey(stack)],
    conditions: {
      StringEquals: { [`aws:RequestTag/${productTag.key}`]: productTag.value },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tenantIdTag, productTag.key] },
      Null: {
        [`aws:ResourceTag/${tenantIdTag}`]: 'true',
        [`aws:ResourceTag/${productTag.key}`]: 'true',
        'kms:ResourceAliases': 'true',
      },
      StringEqualsIfExists: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyOrigin': 'AWS_KMS' },
      BoolIfExists: { 'kms:MultiRegion': 'false' },
    },
  });

/** KMS checks CreateAlias for the alias, which is here, and for the key, which is in the key's policy. */
const nameKey = (scope: Construct) =>
  new PolicyStatement({
    sid: 'NameKey',
    actions: ['kms:CreateAlias'],
    resources: [everyAlias(scope)],
  });

/**
 * The policy of a key that has an owner is the reconciler's to put back, and nobody else's to change. The key's own
 * policy must let this role change it, or KMS would refuse CreateKey by its lockout check. Whether a Deny by IAM counts
 * in that check is not documented, so this one cannot hold for CreateKey: there the request has the tag, and there is
 * no key yet. Tags take up to five minutes to count (Developer Guide, "ABAC for AWS KMS"): until then this Deny does not
 * hold for a new key. The alarm key-change counts every PutKeyPolicy of this role.
 */
const noPolicyChange = () =>
  new PolicyStatement({
    sid: 'NoPolicyChange',
    effect: Effect.DENY,
    actions: ['kms:PutKeyPolicy'],
    resources: ['*'],
    conditions: {
      Null: {
        [`aws:ResourceTag/${tenantIdTag}`]: 'false',
        [`aws:RequestTag/${tenantIdTag}`]: 'true',
      },
    },
  });

/** For when the answer to CreateKey was lost. The permission to read a key's tags is in that key's policy. */
const findLostKey = () =>
  new PolicyStatement({ sid: 'FindLostKey', actions: ['kms:ListKeys'], resources: ['*'] });
