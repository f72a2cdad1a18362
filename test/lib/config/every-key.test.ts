/** Each key of the configuration, alone and with another value than its default, and what it changes in the template. */
import { describe, expect, test } from '@jest/globals';
import { keysOfStack } from '../../../lib/config/config.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';

const otherIssuer = 'https://other.example.com';
const domain = {
  domainName: 'keys.example.com',
  certificateArn:
    'arn:aws:acm:us-east-1:111122223333:certificate/0d1a8e5c-7b1e-4a9f-9c3c-1f2a3b4c5d6e',
};
const network = {
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};
const topic = 'arn:aws:sns:us-east-1:111122223333:alarms';

/** Of a key: the configuration, and a line that the template has more (`+`) or less (`-`). */
type Case = readonly [configuration: Readonly<Record<string, unknown>>, changes: RegExp];

const cases: Readonly<Record<string, Case>> = {
  issuer: [{ issuer: otherIssuer }, /^\+.*other\.example\.com/m],
  audience: [{ audience: 'other' }, /^\+.*\\"audiences\\":\[\\"other\\"\]/m],
  tenantClaim: [{ tenantClaim: 'org_id' }, /^\+.*\\"tenantClaim\\":\[\\"org_id\\"\]/m],
  issuers: [
    {
      issuer: undefined,
      audience: undefined,
      issuers: [{ issuer: otherIssuer, audiences: ['tenant-keys'] }],
    },
    /^\+.*other\.example\.com/m,
  ],
  rotationPeriodInDays: [{ rotationPeriodInDays: 365 }, /^\+ *"RotationPeriodInDays": 365/m],
  deletionWindowInDays: [{ deletionWindowInDays: 7 }, /^\+ *"DELETION_WINDOW_IN_DAYS": "7"/m],
  tenants: [{ tenants: [{ tenantId: 'acme' }] }, /^\+ *"Type": "Custom::DeclaredTenant"/m],
  reconcileEveryMinutes: [
    { reconcileEveryMinutes: 7 },
    /^\+ *"ScheduleExpression": "rate\(7 minutes\)"/m,
  ],
  tenantIsolation: [{ tenantIsolation: false }, /^- *"TenantIsolationMode": "PER_TENANT"/m],
  registryTtlSeconds: [{ registryTtlSeconds: 7 }, /^\+ *"REGISTRY_TTL_SECONDS": "7"/m],
  dataKeyMaxAgeSeconds: [{ dataKeyMaxAgeSeconds: 7 }, /^\+ *"DATA_KEY_MAX_AGE_SECONDS": "7"/m],
  dataKeyMaxMessages: [{ dataKeyMaxMessages: 7 }, /^\+ *"DATA_KEY_MAX_MESSAGES": "7"/m],
  dataKeyMaxBytes: [{ dataKeyMaxBytes: 7 }, /^\+ *"DATA_KEY_MAX_BYTES": "7"/m],
  trail: [{ trail: false }, /^- *"Type": "AWS::CloudTrail::Trail"/m],
  trailLockDays: [{ trailLockDays: 7 }, /^\+ *"Days": 7\b/m],
  trailArchiveAfterDays: [{ trailArchiveAfterDays: 37 }, /^\+ *"TransitionInDays": 37\b/m],
  trailLogRetentionDays: [{ trailLogRetentionDays: 731 }, /^\+ *"RetentionInDays": 731\b/m],
  trailLogGroup: [
    { trail: false, trailLogGroup: 'org-trail' },
    /^\+ *"LogGroupName": "org-trail"/m,
  ],
  functionEvents: [
    { functionEvents: false },
    /^- *"Type": "AWS::Lambda::Function"|^- *.*AWS::Lambda::Function/m,
  ],
  auditRetentionDays: [{ auditRetentionDays: 7 }, /^\+ *"AUDIT_RETENTION_DAYS": "7"/m],
  postQuantumSignature: [{ postQuantumSignature: false }, /^- *"KeySpec": "ML_DSA_65"/m],
  tableName: [{ tableName: 'Before' }, /^\+.*Before/m],
  macKeyTableName: [{ macKeyTableName: 'Before' }, /^\+.*Before/m],
  auditTableName: [{ auditTableName: 'Before' }, /^\+.*Before/m],
  alarmEmail: [{ alarmEmail: 'ops@example.com' }, /^\+ *"Endpoint": "ops@example\.com"/m],
  alarmTopicArn: [{ alarmTopicArn: topic }, /^\+.*"arn:aws:sns:us-east-1:111122223333:alarms"/m],
  domainName: [domain, /^\+ *"DomainName": "keys\.example\.com"/m],
  certificateArn: [domain, /^\+ *"RegionalCertificateArn": "arn:aws:acm:/m],
  hostedZoneId: [
    { ...domain, hostedZoneId: 'Z0123456789ABC' },
    /^\+ *"HostedZoneId": "Z0123456789ABC"/m,
  ],
  trustStore: [
    { ...domain, trustStore: 's3://trust/ca.pem' },
    /^\+ *"TruststoreUri": "s3:\/\/trust\/ca\.pem"/m,
  ],
  trustStoreVersion: [
    { ...domain, trustStore: 's3://trust/ca.pem', trustStoreVersion: 'v7' },
    /^\+ *"TruststoreVersion": "v7"/m,
  ],
  vpcEndpointIds: [
    { vpcEndpointIds: ['vpce-0123456789abcdef0'] },
    /^\+ *"vpce-0123456789abcdef0"/m,
  ],
  webAclArn: [
    {
      webAclArn:
        'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/edge/0d1a8e5c-7b1e-4a9f-9c3c-1f2a3b4c5d6e',
    },
    /^\+ *"WebACLArn": "arn:aws:wafv2:/m,
  ],
  apiRequestsPerSecond: [{ apiRequestsPerSecond: 77 }, /^\+ *"ThrottlingRateLimit": 77\b/m],
  apiBurstRequests: [{ apiBurstRequests: 77 }, /^\+ *"ThrottlingBurstLimit": 77\b/m],
  apiGatewayAccount: [{ apiGatewayAccount: false }, /^- *"Type": "AWS::ApiGateway::Account"/m],
  subnetIds: [network, /^\+ *"subnet-0123456789abcdef0"/m],
  securityGroupIds: [network, /^\+ *"sg-0123456789abcdef0"/m],
  memoryMegabytes: [{ memoryMegabytes: { crypto: 3008 } }, /^\+ *"MemorySize": 3008\b/m],
  reservedConcurrency: [
    { reservedConcurrency: { tenants: 7 } },
    /^\+ *"ReservedConcurrentExecutions": 7\b/m,
  ],
  logRetentionDays: [{ logRetentionDays: 731 }, /^\+ *"RetentionInDays": 731\b/m],
  permissionsBoundaryArn: [
    { permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/edge' },
    /^\+ *"PermissionsBoundary": "arn:aws:iam::111122223333:policy\/edge"/m,
  ],
  tags: [{ tags: { 'cost-center': '1234' } }, /^\+ *"Key": "cost-center"/m],
  corsOrigins: [{ corsOrigins: ['https://app.example.com'] }, /^\+.*https:\/\/app\.example\.com/m],
  keyStores: [
    { keyStores: { vault: { address: 'https://vault.example.com' } } },
    /^\+ *"KEY_STORES": ".*vault\.example\.com/m,
  ],
  canary: [{ canary: false }, /^- *"Key": "CanaryKeys|^- *"CanaryRoleArn"/m],
  canaryEveryMinutes: [{ canaryEveryMinutes: 7 }, /^\+ *"EVERY_MINUTES": "7"/m],
  name: [{ name: 'Staging' }, /^\+.*tenant-keys-Staging/m],
  stage: [{ stage: 'v2' }, /^\+ *"StageName": "v2"/m],
};

const lines = async (configuration: object = {}) =>
  JSON.stringify(await synthesizedTemplate({ ...configuration }), null, 1).split('\n');

async function changesOf(configuration: object): Promise<string> {
  const [before, after] = [await lines(), await lines(configuration)];
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !has.has(line)).map((line) => `-${line}`),
    ...after.filter((line) => !had.has(line)).map((line) => `+${line}`),
  ].join('\n');
}

test('every key that the configuration knows is tried', () => {
  expect(Object.keys(cases).sort()).toEqual(keysOfStack.toSorted());
});

describe.each(Object.entries(cases))('%s', (_, [configuration, changes]) => {
  test('arrives in the template', async () => {
    const changed = await changesOf(configuration);
    expect(changes.test(changed) ? 'as expected' : changed.slice(0, 3000)).toBe('as expected');
  });
});
