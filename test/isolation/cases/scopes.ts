/** How far each Allow reaches, and which services may use the product's key: asked of the policies. */

import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { claims } from './attempts.ts';
import {
  account,
  asRole,
  type Case,
  decide,
  type Harness,
  otherKey,
  otherLogs,
  otherTable,
  type Tenant,
} from './case.ts';

const trail = `arn:aws:cloudtrail:${account}:trail/TenantKeys-us-east-1-trail`;
const otherTrail = `arn:aws:cloudtrail:${account}:trail/other`;
const own = {
  'aws:ResourceTag/TenantId': 'acme',
  'aws:ResourceTag/ManagedBy': 'tenant-keys',
  'kms:EncryptionContext:TenantId': 'acme',
};

const writesLogs = (role: string) => asRole(role, 'logs:PutLogEvents', otherLogs);

const reach = claims('denied', ['deployed'], {
  'its own session on a key in another region': asRole('TenantRole', 'kms:Encrypt', otherKey, own),
  'its own session reads another table': asRole('TenantRole', 'dynamodb:GetItem', otherTable, {
    'dynamodb:LeadingKeys': 'acme',
  }),
  'its own session reads its table without naming a row': (harness) =>
    decide(harness.caller('TenantRole'), {
      action: 'dynamodb:GetItem',
      resource: `arn:aws:dynamodb:${account}:table/${harness.tableName}`,
      context: {},
    }),
  'the control plane reads another table': asRole(
    'ControlPlaneRole',
    'dynamodb:GetItem',
    otherTable,
  ),
  'the control plane tags a key in another region': asRole(
    'ControlPlaneRole',
    'kms:TagResource',
    otherKey,
    {
      'aws:RequestTag/TenantId': 'acme',
      'aws:RequestTag/ManagedBy': 'tenant-keys',
      'aws:TagKeys': 'TenantId',
    },
  ),
  ...Object.fromEntries(
    [
      'TenantRole',
      'SessionBrokerRole',
      'DataPlaneRole',
      'AuditRole',
      'ControlPlaneRole',
      'AuthorizerRole',
      'ApiAccessLogsRole',
      'AuditTrailLogsRole',
    ].map((role) => [`${role} writes to a log group that is not its own`, writesLogs(role)]),
  ),
});

const created = {
  'aws:RequestTag/TenantId': 'acme',
  'kms:KeySpec': 'SYMMETRIC_DEFAULT',
  'kms:KeyOrigin': 'AWS_KMS',
  'kms:MultiRegion': 'false',
};
const createsKey = (context: Record<string, string>) =>
  asRole('ControlPlaneRole', 'kms:CreateKey', '*', { ...created, ...context });

const keyKinds: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the control plane creates a key of the kind that rotates': createsKey({}),
  }),
  ...claims('denied', ['deployed'], {
    'the control plane creates a key that does not rotate': createsKey({
      'kms:KeySpec': 'RSA_2048',
    }),
    'the control plane creates a key whose material was somewhere else': createsKey({
      'kms:KeyOrigin': 'EXTERNAL',
    }),
    'the control plane creates a key that can be copied to other regions': createsKey({
      'kms:MultiRegion': 'true',
    }),
  }),
];

/** @param service an AWS service that acts by itself, or the role of a caller */
const onProductKey =
  (service: string, action: string, context: Record<string, string>) => (harness: Harness) => {
    const isService = service.endsWith('.amazonaws.com');
    const caller = isService
      ? { ...harness.caller('DataPlaneRole'), identityPolicies: [], tags: {}, service }
      : harness.caller(service);
    const request = { action, resource: harness.productKeyArn, context };
    return decide(caller, request, harness.productKeyPolicy);
  };

/** Opening a session takes two actions. Each is asked for by itself: each must keep other principals out alone. */
const trust = claims(
  'denied',
  ['deployed'],
  Object.fromEntries(
    ['sts:AssumeRole', 'sts:TagSession'].map((action) => [
      `an administrator is let through by the trust policy for ${action}`,
      (harness: Harness) =>
        decide(
          {
            ...harness.caller('ControlPlaneRole'),
            identityPolicies: harness.administratorPolicies,
          },
          {
            action,
            resource: harness.tenantRoleArn,
            context: {
              'aws:RequestTag/TenantId': 'acme',
              'aws:TagKeys': 'TenantId',
              ...(action === 'sts:AssumeRole' && { 'sts:RoleSessionName': 'acme' }),
            },
          },
          harness.tenantTrustPolicy,
        ),
    ]),
  ),
);

/** The key policy alone does not open the key. */
const keyPolicyAlone = claims('denied', ['deployed'], {
  'its own session, were the role without its policy': (harness) =>
    decide(
      { ...harness.caller('TenantRole'), identityPolicies: [] },
      {
        action: 'kms:Encrypt',
        resource: (harness.tenants[0] as Tenant).keyArn,
        context: {
          'kms:EncryptionContext:TenantId': 'acme',
          'kms:EncryptionContextKeys': 'TenantId',
        },
      },
      parsePolicy(harness.keyPolicyOf('acme'), 'key policy', 'resource'),
    ),
});

const cloudtrail = 'cloudtrail.amazonaws.com';
const logs = 'logs.us-east-1.amazonaws.com';
const trailContext = (arn: string, source = trail) => ({
  'kms:EncryptionContext:aws:cloudtrail:arn': arn,
  'aws:SourceArn': source,
});
const logContext = (group: string) => ({
  'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${account}:log-group:${group}`,
});

const cloudwatch = 'cloudwatch.amazonaws.com';
const alarmContext = (name: string, accountId = '111122223333') => ({
  'aws:SourceAccount': accountId,
  'aws:SourceArn': `arn:aws:cloudwatch:us-east-1:${accountId}:alarm:${name}`,
});
const publishing = ['kms:GenerateDataKey', 'kms:Decrypt'];

/** How an alarm reaches the encrypted topic. */
const alarms: Case[] = [
  ...claims(
    'allowed',
    ['deployed'],
    Object.fromEntries(
      publishing.map((action) => [
        `an alarm of the stack publishes: ${action}`,
        onProductKey(cloudwatch, action, alarmContext('TenantKeys-canary-opened')),
      ]),
    ),
  ),
  ...claims('denied', ['deployed'], {
    ...Object.fromEntries(
      publishing.flatMap((action) => [
        [
          `an alarm of somebody else publishes under the product key: ${action}`,
          onProductKey(cloudwatch, action, alarmContext('other')),
        ],
        [
          `an alarm for another account publishes under the product key: ${action}`,
          onProductKey(cloudwatch, action, {
            ...alarmContext('TenantKeys-x'),
            'aws:SourceAccount': '444455556666',
          }),
        ],
        [
          `a role publishes as if it were an alarm: ${action}`,
          onProductKey('DataPlaneRole', action, alarmContext('TenantKeys-x')),
        ],
      ]),
    ),
  }),
];

const productKey: Case[] = [
  ...claims('allowed', ['deployed'], {
    'CloudTrail writes the trail': onProductKey(
      cloudtrail,
      'kms:GenerateDataKey',
      trailContext(trail),
    ),
    'CloudWatch writes a log group of the stack': onProductKey(
      logs,
      'kms:GenerateDataKey',
      logContext('TenantKeys-x'),
    ),
  }),
  ...claims('allowed', ['deployed'], {
    'the control plane and a tenant session read the encrypted table': async (harness) => {
      for (const role of ['ControlPlaneRole', 'TenantRole']) {
        await onProductKey(role, 'kms:Decrypt', {
          'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
          'kms:CallerAccount': '111122223333',
        })(harness);
      }
    },
  }),
  ...claims('denied', ['deployed'], {
    'CloudTrail writes another trail under the product key': onProductKey(
      cloudtrail,
      'kms:GenerateDataKey',
      trailContext(otherTrail),
    ),
    'CloudTrail writes on behalf of another trail': onProductKey(
      cloudtrail,
      'kms:GenerateDataKey',
      trailContext(trail, otherTrail),
    ),
    'CloudTrail looks at the product key on behalf of another trail': onProductKey(
      cloudtrail,
      'kms:DescribeKey',
      trailContext(trail, otherTrail),
    ),
    'CloudWatch writes a log group of somebody else': onProductKey(
      logs,
      'kms:GenerateDataKey',
      logContext('other'),
    ),
    'a role writes as if it were CloudTrail': onProductKey(
      'DataPlaneRole',
      'kms:GenerateDataKey',
      trailContext(trail),
    ),
    'a role looks at the product key as if it were CloudTrail': onProductKey(
      'DataPlaneRole',
      'kms:DescribeKey',
      trailContext(trail),
    ),
    'a role writes as if it were CloudWatch': onProductKey(
      'DataPlaneRole',
      'kms:GenerateDataKey',
      logContext('TenantKeys-x'),
    ),
    'a role reads the trail without a policy that lets it': onProductKey(
      'DataPlaneRole',
      'kms:Decrypt',
      trailContext(trail),
    ),
    'a role disables the product key': onProductKey('DataPlaneRole', 'kms:DisableKey', {}),
    'an administrator decrypts something else than the trail': (harness) =>
      decide(
        { ...harness.caller('DataPlaneRole'), identityPolicies: harness.administratorPolicies },
        { action: 'kms:Decrypt', resource: harness.productKeyArn, context: {} },
        harness.productKeyPolicy,
      ),
  }),
];

export const scopes: readonly Case[] = [
  ...reach,
  ...keyKinds,
  ...trust,
  ...keyPolicyAlone,
  ...productKey,
  ...alarms,
];
