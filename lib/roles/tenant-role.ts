/**
 * The role of which the session broker opens a session for one tenant. Invariant: a session has the tenant's id as its only
 * tag TenantId and as its name. It reaches that tenant's key, for cryptography with the id in the encryption context, that
 * tenant's row, to read it, the rows of its macs' keys, other key stores in that tenant's name, and nothing else. It cannot
 * change tags, aliases, grants and policies, each of which would lead to another tenant's key.
 * Key policies name this role by its ARN: with a new construct id the role is another one, and no tenant can work.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRole, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { tenantActions } from '../../contract/key-policy.ts';
import { type ProductTag, productTagKey } from '../../contract/stack-names.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { KeyStores } from '../config/key-stores.ts';
import { ownNames } from '../config/own-names.ts';
import { acknowledge, wildcard } from '../nag/acknowledge.ts';
import { everyKey } from './key-administration.ts';
import { acknowledgeTenantSignIns, tenantReachesStores } from './key-store-access.ts';
import {
  nothingWithoutTenant,
  ownPartitionOnly,
  ownTenant,
  SessionTrust,
} from './session-trust.ts';

export interface TenantRoleProps {
  readonly table: ITable;
  readonly macKeyTable: ITable;
  /** the session broker's execution role, the only one that opens sessions of every tenant */
  readonly brokerRole: IRole;
  /** whether the canary tries the role's sessions on keys of its own */
  readonly hasCanary: boolean;
  readonly keyStores: KeyStores;
}

export class TenantRole extends Construct {
  readonly roleArn: string;
  readonly trust: SessionTrust;

  constructor(scope: Construct, id: string, props: TenantRoleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { productTag, canaryTag } = ownNames(this);
    this.trust = new SessionTrust(props.brokerRole.roleArn);
    // The plain resource: the Role construct writes a trust statement of its own.
    const role = new CfnRole(this, 'Role', {
      description: 'tenant-keys: one session a tenant, for its key and its rows',
      assumeRolePolicyDocument: this.trust.document,
      // A role that assumes another gets no longer session anyway.
      maxSessionDuration: Duration.hours(1).toSeconds(),
      // Inline, so that the role never has an Allow without its Deny.
      policies: [
        {
          policyName: 'Policy',
          policyDocument: new PolicyDocument({
            statements: [
              useOwnKey(stack, props.hasCanary ? [productTag, canaryTag] : [productTag]),
              readOwnRow(props.table),
              keepOwnMacKeys(props.macKeyTable),
              ...tenantReachesStores(this, props.keyStores),
              nothingWithoutTenant(),
            ],
          }),
        },
      ],
    });
    this.roleArn = role.attrArn;
    acknowledge(role, {
      [wildcard(stack, everyKey(stack))]:
        'Keys are made at run time, one a tenant; the conditions on tag and encryption context choose the one.',
    });
    acknowledgeTenantSignIns(role, props.keyStores);
  }
}

/**
 * One of a key's two locks. The other is the key's own policy, in contract/key-policy.ts. Another stack of the account may
 * have a tenant of the same id, whose key has that tenant's tag too. KMS gives both tags with the key (CreateKey).
 */
const useOwnKey = (stack: Stack, ownTags: readonly ProductTag[]) =>
  new PolicyStatement({
    sid: 'UseOwnKey',
    actions: [...tenantActions],
    resources: [everyKey(stack)],
    conditions: {
      StringEquals: {
        [`aws:ResourceTag/${tenantIdTag}`]: ownTenant,
        [`aws:ResourceTag/${productTagKey}`]: ownTags.map(({ value }) => value),
        [`kms:EncryptionContext:${tenantIdTag}`]: ownTenant,
      },
    },
  });

const readOwnRow = (table: ITable) =>
  new PolicyStatement({
    sid: 'ReadOwnRow',
    actions: ['dynamodb:GetItem'],
    resources: [table.tableArn],
    conditions: ownPartitionOnly,
  });

/**
 * Not to delete them. That it does not put another row in the place of one the function sees to, by DynamoDB's conditions:
 * IAM has none for what stands there. Query is to count them.
 */
const keepOwnMacKeys = (macKeyTable: ITable) =>
  new PolicyStatement({
    sid: 'KeepOwnMacKeys',
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    resources: [macKeyTable.tableArn],
    conditions: ownPartitionOnly,
  });
