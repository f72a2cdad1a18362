/**
 * The roles beside the two planes, asked of the policies: what no request to the local stack can try, such as another
 * region, a service of AWS that acts by itself, or a statement that somebody adds. What one can is in `reconciler.ts`
 * and `certificates.ts`.
 */
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { claims, cryptography, first, getRow, grant, mapAttempts } from './attempts.ts';
import {
  account,
  asRole,
  type Case,
  decide,
  otherKey,
  otherLogs,
  otherTable,
  type World,
} from './case.ts';

const ownTag = { 'aws:ResourceTag/ManagedBy': 'tenant-keys' };

/** By the policy that lets the account administer the key, as each tenant's key has it. */
const onTenantKey =
  (role: string, action: string, context: Record<string, string> = {}) =>
  (world: World) => {
    const policy = parsePolicy(world.keyPolicyOf('acme'), 'key policy', 'resource');
    const resource = first(world).keyArn;
    return decide(world.caller(role), { action, resource, context }, policy);
  };

/** By a key policy that lets the account do everything, as AWS's default does. */
const onCarelessKey =
  (role: string, action: string, context: Record<string, string> = {}) =>
  (world: World) => {
    const everything = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }],
    };
    const policy = parsePolicy(everything, 'careless key policy', 'resource');
    const request = { action, resource: first(world).keyArn, context: { ...ownTag, ...context } };
    return decide(world.caller(role), request, policy);
  };

const onCertificateKey =
  (role: string, action: string, administrator = false) =>
  (world: World) => {
    const caller = world.caller(role);
    const { certificateKeyArn: resource, certificateKeyPolicy: policy } = world;
    const identityPolicies = administrator ? world.administratorPolicies : caller.identityPolicies;
    return decide({ ...caller, identityPolicies }, { action, resource, context: {} }, policy);
  };

const mending = [
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:EnableKeyRotation',
  'kms:PutKeyPolicy',
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:UpdateAlias',
];

const each = (
  actions: readonly string[],
  name: string,
  attempt: (action: string) => Case['attempt'],
) => Object.fromEntries(actions.map((action) => [`${name}: ${action}`, attempt(action)]));

const reconcilerMay: Case[] = claims('allowed', ['deployed'], {
  ...each(mending, "the reconciler mends a key of the product's", (action) =>
    onTenantKey('ReconcilerRole', action, ownTag),
  ),
  'the reconciler schedules a deletion as late as configured': onTenantKey(
    'ReconcilerRole',
    'kms:ScheduleKeyDeletion',
    { ...ownTag, 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' },
  ),
  'the reconciler reads a key, whatever its tags': (world) =>
    world.reconciler.kms.listResourceTags({ KeyId: world.foreignKeyArn }),
  'the reconciler reads rows': (world) =>
    world.reconciler.dynamodb.scan({ TableName: world.tableName }),
  'the reconciler tells of a finding': asRole(
    'ReconcilerRole',
    'events:PutEvents',
    `arn:aws:events:${account}:event-bus/default`,
    { 'events:source': 'tenant-keys' },
  ),
});

const reconcilerMayNot: Case[] = [
  ...claims('denied', ['deployed'], {
    ...each(mending, "the reconciler changes a key without the product's tag", (action) =>
      onTenantKey('ReconcilerRole', action),
    ),
    'the reconciler disables a foreign key': (world) =>
      world.reconciler.kms.disableKey({ KeyId: world.foreignKeyArn }),
    'the reconciler changes a key in another region': asRole(
      'ReconcilerRole',
      'kms:DisableKey',
      otherKey,
      ownTag,
    ),
    'the reconciler reads a key in another region': asRole(
      'ReconcilerRole',
      'kms:DescribeKey',
      otherKey,
    ),
    "the reconciler makes an alias outside the product's": asRole(
      'ReconcilerRole',
      'kms:CreateAlias',
      `arn:aws:kms:${account}:alias/somebody-else`,
    ),
    'the reconciler writes another table': asRole(
      'ReconcilerRole',
      'dynamodb:UpdateItem',
      otherTable,
    ),
    "the reconciler tells of events in somebody else's name": asRole(
      'ReconcilerRole',
      'events:PutEvents',
      `arn:aws:events:${account}:event-bus/default`,
      { 'events:source': 'aws.kms' },
    ),
    'the reconciler tells another bus': asRole(
      'ReconcilerRole',
      'events:PutEvents',
      `arn:aws:events:${account}:event-bus/other`,
      { 'events:source': 'tenant-keys' },
    ),
    'the reconciler creates a key': (world) => world.reconciler.kms.createKey({}),
    'the reconciler gives a key another owner': (world) =>
      world.reconciler.kms.tagResource({
        KeyId: first(world).keyArn,
        Tags: [{ TagKey: 'TenantId', TagValue: 'globex' }],
      }),
    'the reconciler writes to a log group that is not its own': asRole(
      'ReconcilerRole',
      'logs:PutLogEvents',
      otherLogs,
    ),
  }),
  ...claims('denied', ['deployed', 'key-careless'], {
    ...mapAttempts(
      'the reconciler has no cryptography',
      cryptography,
      (attempt) => (world) => attempt(world.reconciler, first(world), world),
    ),
  }),
  // By a key policy that allows it: so the Denies of the role itself are all that stands in the way.
  ...claims('denied', ['deployed'], {
    'the reconciler decrypts, whatever the key allows': onCarelessKey(
      'ReconcilerRole',
      'kms:Decrypt',
    ),
    'the reconciler grants, whatever the key allows': onCarelessKey(
      'ReconcilerRole',
      'kms:CreateGrant',
    ),
    'the reconciler puts a policy without the lockout check, whatever the key allows':
      onCarelessKey('ReconcilerRole', 'kms:PutKeyPolicy', {
        'kms:BypassPolicyLockoutSafetyCheck': 'true',
      }),
    'the reconciler deletes a key sooner than configured': onCarelessKey(
      'ReconcilerRole',
      'kms:ScheduleKeyDeletion',
      { 'kms:ScheduleKeyDeletionPendingWindowInDays': '7' },
    ),
  }),
  ...claims('allowed', ['deployed'], {
    'DynamoDB decrypts the table for the reconciler': onCarelessKey(
      'ReconcilerRole',
      'kms:Decrypt',
      {
        'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
      },
    ),
    'the reconciler puts a policy with the lockout check': onCarelessKey(
      'ReconcilerRole',
      'kms:PutKeyPolicy',
      { 'kms:BypassPolicyLockoutSafetyCheck': 'false' },
    ),
    'the reconciler schedules a late deletion, where the key allows it': onCarelessKey(
      'ReconcilerRole',
      'kms:ScheduleKeyDeletion',
      { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' },
    ),
  }),
];

const certificates: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the certificates function signs': onCertificateKey('CertificatesRole', 'kms:Sign'),
    'the certificates function reads its public key': onCertificateKey(
      'CertificatesRole',
      'kms:GetPublicKey',
    ),
    'the certificates function reads a row': (world) =>
      world.certificates.dynamodb.getItem(getRow(world, first(world).tenantId)),
    'an administrator hands out the public key': onCertificateKey(
      'ControlPlaneRole',
      'kms:GetPublicKey',
      true,
    ),
  }),
  ...claims('denied', ['deployed'], {
    'the certificates function lists rows': (world) =>
      world.certificates.dynamodb.scan({ TableName: world.tableName }),
    'the certificates function deletes a row': (world) =>
      world.certificates.dynamodb.deleteItem(getRow(world, 'nobody')),
    'the certificates function reads another table': asRole(
      'CertificatesRole',
      'dynamodb:GetItem',
      otherTable,
    ),
    'the certificates function writes to a log group that is not its own': asRole(
      'CertificatesRole',
      'logs:PutLogEvents',
      otherLogs,
    ),
    'the certificates function disables its key': onCertificateKey(
      'CertificatesRole',
      'kms:DisableKey',
    ),
    ...mapAttempts(
      "the certificates function uses a tenant's key",
      cryptography,
      (attempt) => (world) => attempt(world.certificates, first(world), world),
    ),
    'the control plane signs': onCertificateKey('ControlPlaneRole', 'kms:Sign'),
    "a tenant's session signs": onCertificateKey('TenantRole', 'kms:Sign'),
    "a tenant's session administers the key of certificates": onCertificateKey(
      'TenantRole',
      'kms:DisableKey',
    ),
    'somebody whom no policy of his own lets administer the key of certificates': (world) =>
      decide(
        { ...world.caller('ControlPlaneRole'), identityPolicies: [] },
        { action: 'kms:DisableKey', resource: world.certificateKeyArn, context: {} },
        world.certificateKeyPolicy,
      ),
    'somebody else reads the public key without a right of his own': (world) =>
      decide(
        { ...world.caller('DataPlaneRole'), identityPolicies: [] },
        { action: 'kms:GetPublicKey', resource: world.certificateKeyArn, context: {} },
        world.certificateKeyPolicy,
      ),
    'an administrator signs, by a statement that somebody added': (world) =>
      decide(
        { ...world.caller('ControlPlaneRole'), identityPolicies: world.administratorPolicies },
        { action: 'kms:Sign', resource: world.certificateKeyArn, context: {} },
        {
          ...world.certificateKeyPolicy,
          statements: [...world.certificateKeyPolicy.statements, ...carelessSigning],
        },
      ),
    'an administrator grants signing': (world) =>
      decide(
        { ...world.caller('ControlPlaneRole'), identityPolicies: world.administratorPolicies },
        { action: 'kms:CreateGrant', resource: world.certificateKeyArn, context: {} },
        {
          ...world.certificateKeyPolicy,
          statements: [...world.certificateKeyPolicy.statements, ...carelessSigning],
        },
      ),
  }),
];

const carelessSigning = parsePolicy(
  {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Careless',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  },
  'CertificateKey',
  'resource',
).statements;

const controlPlane: Case[] = claims('denied', ['deployed'], {
  'the control plane describes a key in another region': asRole(
    'ControlPlaneRole',
    'kms:DescribeKey',
    otherKey,
  ),
});

export const lifecycleRoles: readonly Case[] = [
  ...reconcilerMay,
  ...reconcilerMayNot,
  ...certificates,
  ...controlPlane,
  ...claims('denied', ['key-careless', 'role-open-key-careless'], {
    'the reconciler grants, by a careless key policy': (world) =>
      grant(world.reconciler, first(world), world),
  }),
];
