/** What others do to the trail, its bucket, the logs and the roles, and to resources of their own. */
import { localAccount } from '../../../local/stack.ts';
import type { Day } from './day.ts';

export interface Names {
  readonly trailArn: string;
  readonly bucket: string;
  readonly logs: (prefix: string) => string;
  readonly role: (prefix: string) => string;
}

export async function manualTrailChanges(day: Day, names: Names): Promise<void> {
  const cloudTrail = (name: string, parameters: object, more: object = {}) =>
    ({ service: 'cloudtrail', name, parameters, ...more }) as const;
  const trail = names.trailArn.split('/')[1] as string;
  await day.recorded('the trail is stopped', cloudTrail('StopLogging', { name: trail }));
  await day.recorded(
    'an attempt to stop the trail is refused',
    cloudTrail('StopLogging', { name: names.trailArn }, { errorCode: 'AccessDenied' }),
  );
  await day.recorded(
    'the trail is updated, by its ARN',
    cloudTrail('UpdateTrail', { name: names.trailArn, isMultiRegionTrail: false }),
  );
  await day.recorded(
    'the trail is set to leave reads out',
    cloudTrail('PutEventSelectors', { trailName: trail, eventSelectors: [] }),
  );
  await day.recorded('the trail is deleted', cloudTrail('DeleteTrail', { name: trail }));
  await day.recorded(
    'another trail is to write among our events',
    cloudTrail('CreateTrail', {
      name: 'other-trail',
      cloudWatchLogsLogGroupArn: `arn:aws:logs:us-east-1:${localAccount.accountId}:log-group:${names.logs('AuditTrailLogs')}:*`,
    }),
  );
  await day.recorded(
    'another trail is stopped, and ours is looked at',
    cloudTrail('StopLogging', { name: 'other-trail' }),
    cloudTrail('DeleteTrail', {
      name: `arn:aws:cloudtrail:us-east-1:${localAccount.accountId}:trail/other`,
    }),
    cloudTrail('GetTrailStatus', { name: trail }, { readOnly: true }),
    cloudTrail('DescribeTrails', { trailNameList: [trail] }, { readOnly: true }),
    { service: 'glue', name: 'UpdateTrigger', parameters: { name: trail } },
  );
  await day.recorded(
    'the trail, named by its ARN, gets other selectors',
    cloudTrail('PutEventSelectors', { trailName: names.trailArn }),
  );
  await day.recorded(
    'all is changed, and CloudTrail does not say whether it was a read',
    cloudTrail('StopLogging', { name: trail }, { readOnly: undefined }),
    ...[
      { service: 's3', parameters: { bucketName: names.bucket } },
      { service: 'iam', parameters: { roleName: names.role('TenantRole') } },
      { service: 'logs', parameters: { logGroupName: names.logs('AuditTrailLogs') } },
      { service: 'logs', parameters: { logGroupIdentifier: names.logs('AuditTrailLogs') } },
      { service: 'logs', parameters: { resourceIdentifier: names.logs('AuditTrailLogs') } },
    ].map((call) => ({ ...call, name: 'ChangeIt', readOnly: undefined })),
  );
  const s3 = (name: string, bucketName: string, more: object = {}) =>
    ({ service: 's3', name, parameters: { bucketName }, ...more }) as const;
  await day.recorded(
    "the policy of the trail's bucket is changed",
    s3('PutBucketPolicy', names.bucket),
  );
  await day.recorded(
    "the lock of the trail's bucket is changed",
    s3('PutBucketObjectLockConfiguration', names.bucket),
  );
  await day.recorded("the trail's bucket gets a lifecycle", s3('PutBucketLifecycle', names.bucket));
  await day.recorded(
    'another bucket is changed, and ours is looked at',
    s3('PutBucketPolicy', 'other'),
    s3('DeleteBucket', `${names.bucket}-other`),
    s3('GetBucketAcl', names.bucket, { readOnly: true }),
    { service: 'macie2', name: 'UpdateIt', parameters: { bucketName: names.bucket } },
  );
  await handsOnLogs(day, names);
  await handsOnRoles(day, names);
}

async function handsOnLogs(day: Day, { logs }: Names): Promise<void> {
  const call = (name: string, logGroupName: string, more: object = {}) =>
    ({ service: 'logs', name, parameters: { logGroupName, ...more } }) as const;
  await day.recorded(
    "the trail's log group is deleted",
    call('DeleteLogGroup', logs('AuditTrailLogs')),
  );
  await day.recorded(
    "the trail's log group keeps lines for a day",
    call('PutRetentionPolicy', logs('AuditTrailLogs'), { retentionInDays: 1 }),
  );
  await day.recorded(
    "the indexer's metric filter is deleted",
    call('DeleteMetricFilter', logs('AuditIndexer'), { filterName: 'x' }),
  );
  await day.recorded(
    "the data plane's subscription is deleted",
    call('DeleteSubscriptionFilter', logs('FunctionsCrypto'), { filterName: 'x' }),
  );
  const other = (name: string, parameters: object) =>
    ({ service: 'logs', name, parameters }) as const;
  const arn = (name: string) =>
    `arn:aws:logs:us-east-1:${localAccount.accountId}:log-group:${name}`;
  await day.recorded(
    "the indexer's lines are transformed before filters see them",
    other('PutTransformer', { logGroupIdentifier: logs('AuditIndexer') }),
  );
  await day.recorded(
    "the data of the trail's log group is masked, by its ARN",
    other('PutDataProtectionPolicy', { logGroupIdentifier: arn(logs('AuditTrailLogs')) }),
  );
  await day.recorded(
    "the trail's log group gets another key",
    other('AssociateKmsKey', { resourceIdentifier: arn(logs('AuditTrailLogs')) }),
  );
  await day.recorded(
    'functions begin streams, and other log groups go',
    other('PutTransformer', { logGroupIdentifier: arn('/aws/lambda/other') }),
    call('CreateLogStream', logs('FunctionsCrypto'), { logStreamName: 'x' }),
    call('CreateLogStream', logs('AuditTrailLogs'), { logStreamName: 'x' }),
    call('DeleteLogGroup', '/aws/lambda/other'),
    call('PutRetentionPolicy', '/aws/lambda/other', { retentionInDays: 1 }),
  );
  const everywhere = { policyName: 'x', policyType: 'DATA_PROTECTION_POLICY' };
  await day.recorded(
    'a policy of the account masks all logs',
    other('PutAccountPolicy', everywhere),
  );
  await day.recorded('a policy of the account is taken away, and CloudTrail does not say so', {
    ...other('DeleteAccountPolicy', everywhere),
    readOnly: undefined,
  });
  const named = { logGroupName: logs('AuditTrailLogs') };
  const identified = { logGroupIdentifier: logs('AuditTrailLogs') };
  const resource = { resourceIdentifier: arn(logs('AuditTrailLogs')) };
  await day.recorded(
    'log groups are looked at, and another service has them in its parameters',
    { service: 'logs', name: 'FilterLogEvents', parameters: named, readOnly: true },
    { service: 'logs', name: 'GetTransformer', parameters: identified, readOnly: true },
    { service: 'logs', name: 'ReadIt', parameters: resource, readOnly: true },
    { service: 'other', name: 'ChangeIt', parameters: { ...named, ...identified, ...resource } },
    { service: 'other', name: 'PutAccountPolicy', parameters: everywhere },
    { service: 'logs', name: 'GetAccountPolicy', parameters: everywhere, readOnly: true },
  );
}

async function handsOnRoles(day: Day, { role }: Names): Promise<void> {
  const call = (name: string, roleName: string, more: object = {}) =>
    ({ service: 'iam', name, parameters: { roleName }, ...more }) as const;
  await day.recorded(
    'a policy is put into the tenant role',
    call('PutRolePolicy', role('TenantRole')),
  );
  await day.recorded(
    'a policy is attached to the data plane',
    call('AttachRolePolicy', role('DataPlaneRole')),
  );
  await day.recorded(
    'the trust of the audit reader is changed',
    call('UpdateAssumeRolePolicy', role('AuditReaderRole')),
  );
  await day.recorded(
    'CloudFormation changes the control-plane role',
    call('PutRolePolicy', role('ControlPlaneRole'), { byCloudFormation: true }),
  );
  await day.recorded(
    'other roles are changed, and ours are looked at and assumed',
    call('PutRolePolicy', 'other'),
    call('DeleteRole', `${role('TenantRole')}-other`),
    call('GetRolePolicy', role('TenantRole'), { readOnly: true }),
    { service: 'ssm', name: 'UpdateIt', parameters: { roleName: role('TenantRole') } },
    {
      service: 'sts',
      name: 'AssumeRole',
      parameters: { roleArn: day.roleArn('TenantRole'), roleSessionName: 'acme' },
      readOnly: true,
    },
  );
}
