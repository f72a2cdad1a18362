/**
 * The roles beside the two planes, mostly asked of the policies themselves: what no request to the local stack can try,
 * such as another region, an AWS service that acts by itself, or a statement that somebody adds. What a request can try
 * stands in `reconciler.ts` and `certificates.ts`.
 */
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { claims, cryptography, first, getRow, grant, mapAttempts } from './attempts.ts';
import {
  account,
  asRole,
  type Case,
  decide,
  type Harness,
  otherKey,
  otherLogs,
  otherTable,
} from './case.ts';
import { onBothSigningKeys } from './signing-keys.ts';

const typeOfKey = {
  'kms:KeySpec': 'SYMMETRIC_DEFAULT',
  'kms:KeyOrigin': 'AWS_KMS',
  'kms:MultiRegion': 'false',
};
const ownTag = { 'aws:ResourceTag/ManagedBy': 'tenant-keys', ...typeOfKey };

/** By the policy that lets the account administer the key, as each tenant's key has it. */
const onTenantKey =
  (role: string, action: string, context: Record<string, string> = {}) =>
  (harness: Harness) => {
    const policy = parsePolicy(harness.keyPolicyOf('acme'), 'key policy', 'resource');
    const resource = first(harness).keyArn;
    return decide(harness.caller(role), { action, resource, context }, policy);
  };

/** By a key policy that lets the account do everything, as AWS's default does. */
const onCarelessKey =
  (role: string, action: string, context: Record<string, string> = {}) =>
  (harness: Harness) => {
    const everything = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }],
    };
    const policy = parsePolicy(everything, 'careless key policy', 'resource');
    const request = { action, resource: first(harness).keyArn, context: { ...ownTag, ...context } };
    return decide(harness.caller(role), request, policy);
  };

const onCertificateKey =
  (role: string, action: string, administrator = false) =>
  (harness: Harness) => {
    const caller = harness.caller(role);
    const { certificateKeyArn: resource, certificateKeyPolicy: policy } = harness;
    const identityPolicies = administrator
      ? harness.administratorPolicies
      : caller.identityPolicies;
    return decide({ ...caller, identityPolicies }, { action, resource, context: {} }, policy);
  };

const repairing = [
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
  ...each(repairing, "the reconciler repairs a key of the product's", (action) =>
    onTenantKey('ReconcilerRole', action, ownTag),
  ),
  'the reconciler schedules a deletion as late as configured': onTenantKey(
    'ReconcilerRole',
    'kms:ScheduleKeyDeletion',
    { ...ownTag, 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' },
  ),
  'the reconciler reads a key, whatever its tags': (harness) =>
    harness.reconciler.kms.listResourceTags({ KeyId: harness.foreignKeyArn }),
  'the reconciler reads rows': (harness) =>
    harness.reconciler.dynamodb.scan({ TableName: harness.tableName }),
  'the reconciler reports a finding': asRole(
    'ReconcilerRole',
    'events:PutEvents',
    `arn:aws:events:${account}:event-bus/default`,
    { 'events:source': 'tenant-keys' },
  ),
});

const reconcilerMayNot: Case[] = [
  ...claims('denied', ['deployed'], {
    ...each(repairing, "the reconciler changes a key without the product's tag", (action) =>
      onTenantKey('ReconcilerRole', action, typeOfKey),
    ),
    ...each(repairing, 'the reconciler changes a key whose material was imported', (action) =>
      onTenantKey('ReconcilerRole', action, { ...ownTag, 'kms:KeyOrigin': 'EXTERNAL' }),
    ),
    'the reconciler disables a foreign key': (harness) =>
      harness.reconciler.kms.disableKey({ KeyId: harness.foreignKeyArn }),
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
    "the reconciler reports events in somebody else's name": asRole(
      'ReconcilerRole',
      'events:PutEvents',
      `arn:aws:events:${account}:event-bus/default`,
      { 'events:source': 'aws.kms' },
    ),
    'the reconciler reports to another bus': asRole(
      'ReconcilerRole',
      'events:PutEvents',
      `arn:aws:events:${account}:event-bus/other`,
      { 'events:source': 'tenant-keys' },
    ),
    'the reconciler creates a key': (harness) => harness.reconciler.kms.createKey({}),
    'the reconciler gives a key another owner': (harness) =>
      harness.reconciler.kms.tagResource({
        KeyId: first(harness).keyArn,
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
      (attempt) => (harness) => attempt(harness.reconciler, first(harness), harness),
    ),
  }),
  // The key policy allows these: only the Denies of the role itself are left.
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

const onSigningKeys: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the certificates function signs': onCertificateKey('CertificatesRole', 'kms:Sign'),
    'the certificates function reads its public key': onCertificateKey(
      'CertificatesRole',
      'kms:GetPublicKey',
    ),
    'an administrator hands out the public key': onCertificateKey(
      'ControlPlaneRole',
      'kms:GetPublicKey',
      true,
    ),
  }),
  ...claims('denied', ['deployed'], {
    'the certificates function disables its key': onCertificateKey(
      'CertificatesRole',
      'kms:DisableKey',
    ),
    'the control plane signs': onCertificateKey('ControlPlaneRole', 'kms:Sign'),
    "a tenant's session signs": onCertificateKey('TenantRole', 'kms:Sign'),
    "a tenant's session administers the key of certificates": onCertificateKey(
      'TenantRole',
      'kms:DisableKey',
    ),
    'a role without a policy of its own administers the key of certificates': (harness) =>
      decide(
        { ...harness.caller('ControlPlaneRole'), identityPolicies: [] },
        { action: 'kms:DisableKey', resource: harness.certificateKeyArn, context: {} },
        harness.certificateKeyPolicy,
      ),
    'a role without a policy of its own reads the public key': (harness) =>
      decide(
        { ...harness.caller('DataPlaneRole'), identityPolicies: [] },
        { action: 'kms:GetPublicKey', resource: harness.certificateKeyArn, context: {} },
        harness.certificateKeyPolicy,
      ),
    'an administrator signs, by a statement that somebody added': (harness) =>
      decide(
        { ...harness.caller('ControlPlaneRole'), identityPolicies: harness.administratorPolicies },
        { action: 'kms:Sign', resource: harness.certificateKeyArn, context: {} },
        {
          ...harness.certificateKeyPolicy,
          statements: [...harness.certificateKeyPolicy.statements, ...carelessSigning],
        },
      ),
    'an administrator grants signing': (harness) =>
      decide(
        { ...harness.caller('ControlPlaneRole'), identityPolicies: harness.administratorPolicies },
        { action: 'kms:CreateGrant', resource: harness.certificateKeyArn, context: {} },
        {
          ...harness.certificateKeyPolicy,
          statements: [...harness.certificateKeyPolicy.statements, ...carelessSigning],
        },
      ),
  }),
];

const certificates: Case[] = [
  ...onBothSigningKeys(onSigningKeys),
  ...claims('allowed', ['deployed'], {
    'the certificates function reads a row': (harness) =>
      harness.certificates.dynamodb.getItem(getRow(harness, first(harness).tenantId)),
  }),
  ...claims('denied', ['deployed'], {
    'the certificates function lists rows': (harness) =>
      harness.certificates.dynamodb.scan({ TableName: harness.tableName }),
    'the certificates function deletes a row': (harness) =>
      harness.certificates.dynamodb.deleteItem(getRow(harness, 'nobody')),
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
    ...mapAttempts(
      "the certificates function uses a tenant's key",
      cryptography,
      (attempt) => (harness) => attempt(harness.certificates, first(harness), harness),
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

const keysElsewhere: Case[] = claims('denied', ['deployed'], {
  'the control plane describes a key in another region': asRole(
    'ControlPlaneRole',
    'kms:DescribeKey',
    otherKey,
  ),
  'the certificates function describes a key in another region': asRole(
    'CertificatesRole',
    'kms:DescribeKey',
    otherKey,
  ),
});

export const lifecycleRoles: readonly Case[] = [
  ...reconcilerMay,
  ...reconcilerMayNot,
  ...certificates,
  ...keysElsewhere,
  ...claims('denied', ['key-careless', 'role-open-key-careless'], {
    'the reconciler grants, by a careless key policy': (harness) =>
      grant(harness.reconciler, first(harness), harness),
  }),
];
