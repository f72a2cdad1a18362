/**
 * The execution role of the reconciler. Invariant: it changes only keys that carry the product's tag and are of the
 * type that the product makes, and makes, tags and uses none. Its permissions are by IAM: key policies do not name it,
 * but let IAM decide for the account. What it reads of other keys is metadata.
 */
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StackNames } from '../../contract/stack-names.ts';
import { ownNames } from '../config/own-names.ts';
import { acknowledge, wildcard } from '../nag/acknowledge.ts';
import { administrationOnly, everyAlias, everyKey } from './key-administration.ts';

export interface ReconcilerRoleProps {
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly deletionWindowInDays: number;
}

export class ReconcilerRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ReconcilerRoleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const names = ownNames(this);
    this.role = new Role(this, 'Role', {
      description: 'tenant-keys: finishes what was cut off, repairs what has drifted',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Inline, so that the role never has an Allow without its Denies.
      inlinePolicies: {
        Policy: new PolicyDocument({
          statements: [
            keepRegistry(props.table),
            removeMacKeys(props.macKeyTable),
            findKeys(),
            readKeys(stack),
            repairOwnKeys(stack, names),
            nameKeys(this),
            tellFindings(stack, names),
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
    'AwsSolutions-IAM5[Resource::*]': 'kms:ListKeys and kms:ListAliases have no resource to name.',
    [wildcard(stack, everyKey(stack))]:
      "Keys are made at run time, one a tenant; every action that changes one has a condition on the product's tag.",
    [wildcard(stack, everyAlias(role))]:
      'Aliases are made at run time, one a tenant, under this prefix.',
  });
}

/** DeleteItem is for tenants that never got a key. */
const keepRegistry = (table: ITable) =>
  new PolicyStatement({
    sid: 'KeepRegistry',
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Scan'],
    resources: [table.tableArn],
  });

/** Of erased tenants; it finds them by their tenant, and reads no key that could be unwrapped by then. */
const removeMacKeys = (macKeyTable: ITable) =>
  new PolicyStatement({
    sid: 'RemoveMacKeys',
    actions: ['dynamodb:Query', 'dynamodb:DeleteItem'],
    resources: [macKeyTable.tableArn],
  });

const findKeys = () =>
  new PolicyStatement({
    sid: 'FindKeys',
    actions: ['kms:ListKeys', 'kms:ListAliases'],
    resources: ['*'],
  });

/** Of every key, since it finds keys that have lost the product's tag by reading their tags. */
const readKeys = (stack: Stack) =>
  new PolicyStatement({
    sid: 'ReadKeys',
    actions: [
      'kms:DescribeKey',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:GetKeyLastUsage',
      'kms:ListKeyRotations',
      'kms:ListResourceTags',
    ],
    resources: [everyKey(stack)],
  });

/**
 * A tag can be given to a key of any type. KMS supplies these keys for every action on a key (Developer Guide, "AWS KMS
 * permissions"); there is none for the description, which the function compares. The key spec implies the key usage.
 */
const repairOwnKeys = (stack: Stack, { productTag }: StackNames) =>
  new PolicyStatement({
    sid: 'MendOwnKeys',
    actions: [
      'kms:EnableKey',
      'kms:DisableKey',
      'kms:EnableKeyRotation',
      'kms:PutKeyPolicy',
      'kms:ScheduleKeyDeletion',
      'kms:CancelKeyDeletion',
      'kms:CreateAlias',
      'kms:UpdateAlias',
    ],
    resources: [everyKey(stack)],
    conditions: {
      StringEquals: {
        [`aws:ResourceTag/${productTag.key}`]: productTag.value,
        'kms:KeySpec': 'SYMMETRIC_DEFAULT',
        'kms:KeyOrigin': 'AWS_KMS',
      },
      Bool: { 'kms:MultiRegion': 'false' },
    },
  });

/** KMS checks both for the alias and for the key; UpdateAlias for the old key and for the new one. */
const nameKeys = (scope: Construct) =>
  new PolicyStatement({
    sid: 'NameKeys',
    actions: ['kms:CreateAlias', 'kms:UpdateAlias'],
    resources: [everyAlias(scope)],
  });

/** Only with the stack's own source, so that no rule takes them for events of another source. */
const tellFindings = (stack: Stack, { id }: StackNames) =>
  new PolicyStatement({
    sid: 'TellFindings',
    actions: ['events:PutEvents'],
    resources: [
      stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
    ],
    conditions: { StringEquals: { 'events:source': id } },
  });
