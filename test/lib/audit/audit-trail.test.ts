/** The audit trail in the template: one claim for each property, and a stack without a trail. */
import { describe, expect, test } from '@jest/globals';
import {
  arnOf,
  documentsOf,
  list,
  named,
  type Resource,
  resource,
  resourcesOf,
  type Statement,
  synthesizedTemplate,
  type Template,
  textOf,
  trailArnOf,
} from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const configured = await synthesizedTemplate({
  trailLockDays: 30,
  trailArchiveAfterDays: 180,
  trailLogRetentionDays: 1096,
});
const uninvoked = await synthesizedTemplate({ functionEvents: false });
const untrailed = await synthesizedTemplate({ trail: false });

const trailArn = trailArnOf('TenantKeys');
const trailOf = (of: Template) => resource(of, 'AWS::CloudTrail::Trail')[1].Properties;
const bucketOf = (of: Template) => resource(of, 'AWS::S3::Bucket', 'AuditTrailBucket')[1];
const logsOf = (of: Template) => resource(of, 'AWS::Logs::LogGroup', 'AuditTrailLogs')[1];

describe('the trail', () => {
  test('records in all regions, and the global services', () => {
    expect(trailOf(template)).toMatchObject({
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
    });
  });

  test('records management events, reads and writes, of every service', () => {
    const managementEvents = { ReadWriteType: 'All', IncludeManagementEvents: true };
    expect(trailOf(template).EventSelectors).toEqual([expect.objectContaining(managementEvents)]);
    expect(trailOf(uninvoked).EventSelectors).toEqual([managementEvents]);
  });

  test('records who invokes the functions behind the API and the session broker, and nothing else that costs', () => {
    const names = ['Authorizer', 'Tenants', 'Crypto', 'Certificates', 'Audit', 'SessionBroker'];
    const invoked = names.map((name) =>
      arnOf(template, 'AWS::Lambda::Function', `Functions${name}`),
    );
    const [{ DataResources }] = trailOf(template).EventSelectors;
    expect(DataResources).toEqual([{ Type: 'AWS::Lambda::Function', Values: invoked }]);
  });

  test('has digests that show a change of its files', () => {
    expect(trailOf(template).EnableLogFileValidation).toBe(true);
  });

  test('is encrypted by the key of the product', () => {
    const [keyId] = resource(template, 'AWS::KMS::Key', 'ProductKey');
    const keyArn = { 'Fn::GetAtt': [keyId, 'Arn'] };
    expect(trailOf(template).KMSKeyId).toEqual(keyArn);
    expect(logsOf(template).Properties.KmsKeyId).toEqual(keyArn);
    expect(bucketOf(template).Properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [
        expect.objectContaining({
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
        }),
      ],
    });
  });

  test('goes into its bucket, and into its log group', () => {
    const [bucketId] = resource(template, 'AWS::S3::Bucket', 'AuditTrailBucket');
    expect(trailOf(template).S3BucketName).toEqual({ Ref: bucketId });
    expect(trailOf(template).CloudWatchLogsLogGroupArn).toBeDefined();
  });

  test('has the ARN that bucket and key expect', () => {
    const name = ['TenantKeys-', { Ref: 'AWS::Region' }, '-trail'];
    expect(trailOf(template).TrailName).toEqual({ 'Fn::Join': ['', name] });
    for (const policy of [
      resource(template, 'AWS::S3::BucketPolicy', 'AuditTrailBucket'),
      resource(template, 'AWS::KMS::Key', 'ProductKey'),
    ]) {
      const text = JSON.stringify(policy);
      const expecting = text.split(JSON.stringify(trailArn)).length - 1;
      expect(expecting).toBeGreaterThan(1);
      expect(text.match(/:trail\//g)).toHaveLength(expecting);
    }
  });

  test('is made after the policies that CloudTrail tries', () => {
    const [policyId] = resource(template, 'AWS::S3::BucketPolicy', 'AuditTrailBucket');
    expect(resource(template, 'AWS::CloudTrail::Trail')[1].DependsOn).toContain(policyId);
  });
});

describe("the trail's log group", () => {
  test('keeps events for a year, or as configured', () => {
    expect(logsOf(template).Properties.RetentionInDays).toBe(365);
    expect(logsOf(configured).Properties.RetentionInDays).toBe(1096);
  });

  test('has the retention of its own: the other log groups stay at a year', () => {
    const others = resourcesOf(configured, 'AWS::Logs::LogGroup').filter(
      ([id]) => !id.startsWith('AuditTrail'),
    );
    expect(others).not.toHaveLength(0);
    for (const [, { Properties }] of others) expect(Properties.RetentionInDays).toBe(365);
  });

  test('can be written by CloudTrail and by nothing that CloudTrail could do besides', () => {
    const [logsId] = resource(template, 'AWS::Logs::LogGroup', 'AuditTrailLogs');
    const [, role] = resource(template, 'AWS::IAM::Role', 'AuditTrailLogsRole');
    // Without a condition on the source, which CloudTrail does not support for this role.
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ]);
    expect(role.Properties.Policies[0].PolicyDocument.Statement).toEqual([
      {
        Sid: 'WriteTrail',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logsId, 'Arn'] },
      },
    ]);
  });
});

describe("the trail's bucket", () => {
  const { Properties } = bucketOf(template);
  const [, policy] = resource(template, 'AWS::S3::BucketPolicy', 'AuditTrailBucket');
  const statements: readonly Statement[] = policy.Properties.PolicyDocument.Statement;

  test.each([
    ['a year', template, 365],
    ['as long as configured', configured, 30],
  ])('locks its files for %s, in governance mode', (_, of, Days) => {
    expect(bucketOf(of).Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days } },
      },
    });
  });

  test('keeps versions', () => {
    expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  test.each([
    ['90 days', template, 90],
    ['as many days as configured', configured, 180],
  ])('moves files to cheaper storage after %s, and lets none expire', (_, of, TransitionInDays) => {
    expect(bucketOf(of).Properties.LifecycleConfiguration).toEqual({
      Rules: [
        {
          Id: 'Archive',
          Status: 'Enabled',
          Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays }],
        },
      ],
      TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K',
    });
  });

  test('refuses everybody without TLS, and old TLS', () => {
    for (const Condition of [
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]) {
      const deny = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Condition };
      expect(statements).toContainEqual(expect.objectContaining(deny));
    }
  });

  test('is not public, and has no ACLs', () => {
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Properties.OwnershipControls.Rules).toEqual([
      { ObjectOwnership: 'BucketOwnerEnforced' },
    ]);
  });

  test('lets CloudTrail write for this trail of this account only, and nobody else at all', () => {
    const allowing = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowing.map(({ Sid }) => Sid)).toEqual(['TrailChecksAcl', 'TrailWrites']);
    for (const { Principal, Condition } of allowing) {
      expect(Principal).toEqual({ Service: 'cloudtrail.amazonaws.com' });
      expect(Condition?.StringEquals?.['aws:SourceArn']).toEqual(trailArn);
    }
    expect(JSON.stringify(named(statements, 'TrailWrites').Resource)).toMatch(
      /"\/AWSLogs\/",\{"Ref":"AWS::AccountId"\},"\/\*"/,
    );
  });

  test('logs who asks it for what, in a bucket with versions and without a lock', () => {
    const [logsId, logs] = resource(template, 'AWS::S3::Bucket', 'AuditTrailAccessLogs');
    expect(Properties.LoggingConfiguration.DestinationBucketName).toEqual({ Ref: logsId });
    expect(logs.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    // S3 delivers to no bucket that has one.
    expect(logs.Properties).not.toHaveProperty('ObjectLockConfiguration');
    expect(logs.Properties).not.toHaveProperty('ObjectLockEnabled');
  });
});

describe('with trail: false', () => {
  test('nothing in the template is for a trail, statements of keys included', () => {
    expect(textOf(untrailed)).not.toMatch(/trail/i);
    expect(resourcesOf(untrailed, 'AWS::S3::Bucket')).toEqual([]);
  });

  test('all else is as it was', () => {
    const withoutTrail = Object.entries(template.Resources)
      .filter(([id]) => !/^AuditTrail|^AuditIndexerTrail|^Monitoring/.test(id))
      .map(([id, one]) => [id, withoutTrailStatements(one)]);
    // Alarms and dashboard differ: their own tests say how.
    const others = Object.entries(untrailed.Resources).filter(
      ([id]) => !id.startsWith('Monitoring'),
    );
    expect(Object.fromEntries(others)).toEqual(Object.fromEntries(withoutTrail));
  });

  test('with one, the key knows this trail only', () => {
    const statements = documentsOf(template)
      .filter(([id]) => id.startsWith('ProductKey'))
      .flatMap(([, all]) => all)
      .filter(isForTrail);
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      'TrailEncrypts',
      'TrailDescribes',
      'AuditorsReadTrail',
    ]);
    for (const { Action, Condition } of statements) {
      expect(list(Action)).toHaveLength(1);
      for (const keys of Object.values(Condition ?? {}))
        for (const value of Object.values(keys)) expect(value).toEqual(trailArn);
    }
  });
});

const isForTrail = (statement: Statement) => /Trail/.test(statement.Sid ?? '');

function withoutTrailStatements(one: Resource): Resource {
  if (one.Type === 'AWS::Lambda::Function') {
    const Variables = Object.fromEntries(
      Object.entries(one.Properties.Environment.Variables).filter(
        ([name]) => !name.startsWith('TRAIL_'),
      ),
    );
    return { ...one, Properties: { ...one.Properties, Environment: { Variables } } };
  }
  if (one.Type !== 'AWS::KMS::Key') return one;
  const { KeyPolicy, ...rest } = one.Properties;
  const Statement = KeyPolicy.Statement.filter((each: Statement) => !isForTrail(each));
  return { ...one, Properties: { ...rest, KeyPolicy: { ...KeyPolicy, Statement } } };
}
