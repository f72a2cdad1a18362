/** The template as a whole, and invariants of its resources. */
import { describe, expect, test } from '@jest/globals';
import {
  context,
  isDocument,
  type Resource,
  resource,
  resourcesOf,
  synthesizedTemplate,
  textOf,
  trailArnOf,
} from '../harness/synthesized.ts';

const template = await synthesizedTemplate();
const [productKey] = resource(template, 'AWS::KMS::Key', 'ProductKey');
const productKeyArn = { 'Fn::GetAtt': [productKey, 'Arn'] };

// The hashes of the bundles change with the sources.
const assetKey = /^[0-9a-f]{64}\.zip$/;
expect.addSnapshotSerializer({
  test: (value: unknown) => typeof value === 'string' && assetKey.test(value),
  serialize: () => '"<asset>.zip"',
});

// docs/openapi.json is kept already, and changes with the contract.
expect.addSnapshotSerializer({
  test: isDocument,
  serialize: () => '"<docs/openapi.json>"',
});

describe('the template', () => {
  test('is as it was', () => {
    expect(template).toMatchSnapshot();
  });

  test('is the same at a second synth', async () => {
    expect(await synthesizedTemplate()).toEqual(template);
  });

  test('names no account, no region and no folder', () => {
    const text = textOf(template);
    expect(text).not.toMatch(/\b\d{12}\b/);
    expect(text).not.toMatch(/\b(us|eu|ap)-[a-z]+-\d\b/);
    expect(text).not.toContain(process.cwd());
  });

  test('has no custom resource, no condition and no parameter beside that of CDK itself', () => {
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    expect([...types].filter((type) => /^(Custom::|AWS::CloudFormation::)/.test(type))).toEqual([]);
    expect(Object.keys(template)).toEqual(
      expect.not.arrayContaining(['Conditions', 'Mappings', 'Transform']),
    );
    expect(Object.keys(template.Parameters)).toEqual(['BootstrapVersion']);
  });

  test("gives out every function's name, log group and role", () => {
    const values = Object.entries(template.Outputs).map(([name, { Value }]) => [name, Value]);
    const ending = (suffix: string) =>
      new Map(values.filter(([name]) => (name as string).endsWith(suffix)) as [string, unknown][]);
    const refs = (type: string) => resourcesOf(template, type).map(([id]) => ({ Ref: id }));
    expect(new Set(ending('Function').values())).toEqual(new Set(refs('AWS::Lambda::Function')));
    for (const [name, { Ref: id }] of ending('Function') as Map<string, { Ref: string }>) {
      const { Properties } = template.Resources[id] as Resource;
      const noun = name.replace(/Function$/, '');
      expect(Properties.LoggingConfig.LogGroup).toEqual(ending('Logs').get(`${noun}Logs`));
      const { Ref: roleId } = ending('RoleName').get(`${noun}RoleName`) as { Ref: string };
      expect(Properties.Role).toEqual({ 'Fn::GetAtt': [roleId, 'Arn'] });
    }
  });

  test('gives out the API, tables, trail and whatever else a runbook names', () => {
    expect(template.Outputs).toMatchObject({
      ApiUrl: {
        Value: {
          'Fn::Join': [
            '',
            [
              'https://',
              { Ref: resource(template, 'AWS::ApiGateway::RestApi')[0] },
              '.execute-api.',
              { Ref: 'AWS::Region' },
              '.',
              { Ref: 'AWS::URLSuffix' },
              '/v1',
            ],
          ],
        },
      },
      TableName: { Value: { Ref: resource(template, 'AWS::DynamoDB::Table', 'TenantTable')[0] } },
      MacKeyTableName: {
        Value: { Ref: resource(template, 'AWS::DynamoDB::Table', 'MacKeyTable')[0] },
      },
      AuditTableName: {
        Value: { Ref: resource(template, 'AWS::DynamoDB::Table', 'AuditTable')[0] },
      },
      TenantRoleArn: {
        Value: { 'Fn::GetAtt': [resource(template, 'AWS::IAM::Role', 'TenantRole')[0], 'Arn'] },
      },
      TrailArn: {
        Value: { 'Fn::GetAtt': [resource(template, 'AWS::CloudTrail::Trail')[0], 'Arn'] },
      },
      CanaryRoleArn: {
        Value: { 'Fn::GetAtt': [resource(template, 'AWS::IAM::Role', 'CanaryRole')[0], 'Arn'] },
      },
      // test/lib/canary/canary.test.ts
      UnauthorizedCallsPattern: { Value: expect.anything() },
    });
  });
});

/** Nothing that its keys encrypt is kept. */
const isCanarys = (id: string) => id.startsWith('CanaryKeys');

describe('what holds data', () => {
  test('the key of table, logs and trail rotates', () => {
    const { Properties } = template.Resources[productKey] as Resource;
    expect(Properties).toMatchObject({ EnableKeyRotation: true, RotationPeriodInDays: 90 });
  });

  test('the key rotates as configured', async () => {
    const other = await synthesizedTemplate({ rotationPeriodInDays: 365 });
    const [, key] = resource(other, 'AWS::KMS::Key', 'ProductKey');
    expect(key.Properties.RotationPeriodInDays).toBe(365);
  });

  test("the product's own keys carry no tag, which the reconciler would take for a tenant's", () => {
    const keys = resourcesOf(template, 'AWS::KMS::Key').filter(([id]) => !isCanarys(id));
    expect(keys.map(([id]) => id.replace(/Key.*/, ''))).toEqual([
      'Product',
      'Certificate',
      'PostQuantum',
    ]);
    for (const [, { Properties }] of keys) expect(Properties).not.toHaveProperty('Tags');
  });

  test('the table is keyed by tenant, restorable, protected and encrypted', () => {
    expect(resource(template, 'AWS::DynamoDB::Table', 'TenantTable')[1].Properties).toEqual({
      AttributeDefinitions: [
        { AttributeName: 'tenantId', AttributeType: 'S' },
        { AttributeName: 'keyArn', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'tenantId', KeyType: 'HASH' }],
      // Only the tenant of a key, nothing else of a row.
      GlobalSecondaryIndexes: [
        {
          IndexName: 'keyArn',
          KeySchema: [{ AttributeName: 'keyArn', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { KMSMasterKeyId: productKeyArn, SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  test('so is the table of mac keys, by tenant and purpose', () => {
    expect(resource(template, 'AWS::DynamoDB::Table', 'MacKeyTable')[1].Properties).toEqual({
      AttributeDefinitions: [
        { AttributeName: 'tenantId', AttributeType: 'S' },
        { AttributeName: 'purpose', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'tenantId', KeyType: 'HASH' },
        { AttributeName: 'purpose', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { KMSMasterKeyId: productKeyArn, SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  test('so is the audit table, with the events of a tenant in order, each until its time is over', () => {
    expect(resource(template, 'AWS::DynamoDB::Table', 'AuditTable')[1].Properties).toEqual({
      AttributeDefinitions: [
        { AttributeName: 'tenantId', AttributeType: 'S' },
        { AttributeName: 'eventKey', AttributeType: 'S' },
        { AttributeName: 'eventShard', AttributeType: 'S' },
        { AttributeName: 'eventOrder', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'tenantId', KeyType: 'HASH' },
        { AttributeName: 'eventKey', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'allEvents',
          KeySchema: [
            { AttributeName: 'eventShard', KeyType: 'HASH' },
            { AttributeName: 'eventOrder', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { KMSMasterKeyId: productKeyArn, SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  test.each(resourcesOf(template, 'AWS::Logs::LogGroup'))(
    'the log group %s is encrypted and does not grow for ever',
    (_, logs) => {
      expect(logs.Properties).toEqual({ KmsKeyId: productKeyArn, RetentionInDays: 365 });
    },
  );

  test.each(resourcesOf(template, 'AWS::S3::Bucket'))('the bucket %s is private', (id, bucket) => {
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    const policy = resourcesOf(template, 'AWS::S3::BucketPolicy').find(
      ([, { Properties }]) => Properties.Bucket.Ref === id,
    );
    expect(policy?.[1].Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:*',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });
});

describe('functions', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');

  test.each(functions)('%s runs on Node.js 24 and arm64, with a log group of its own', (_, one) => {
    expect(one.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(one.Properties.LoggingConfig).toMatchObject({
      LogFormat: 'JSON',
      ApplicationLogLevel: 'INFO',
      LogGroup: { Ref: expect.any(String) },
    });
    expect(Object.keys(one.Properties)).not.toContain('ReservedConcurrentExecutions');
  });

  test.each([
    ['FunctionsAuthorizer', 5, 'authorizer.handler'],
    ['FunctionsTenants', 28, 'tenants.handler'],
    ['FunctionsCrypto', 15, 'crypto.handler'],
    ['FunctionsCertificates', 20, 'certificates.handler'],
  ])('%s has %i seconds, less than API Gateway gives it', (prefix, timeout, handler) => {
    const [, { Properties }] = resource(template, 'AWS::Lambda::Function', prefix);
    expect(Properties).toMatchObject({ Timeout: timeout, Handler: handler });
  });

  test('the authorizer gets what the context says', async () => {
    const tenantClaim = 'custom:tenant';
    const [, one] = resource(
      await synthesizedTemplate({ tenantClaim }),
      'AWS::Lambda::Function',
      'FunctionsAuthorizer',
    );
    const { ISSUERS, ...others } = one.Properties.Environment.Variables;
    expect(others).toEqual({ TENANT_KEYS_NAME: 'TenantKeys' });
    expect(JSON.parse(ISSUERS)).toEqual([
      {
        issuer: context.issuer,
        audiences: [context.audience],
        clientIds: [context.audience],
        tenantClaim: [tenantClaim],
        scopeClaims: [['scope'], ['scp']],
      },
    ]);
  });

  test('the data plane gets the limits of its caches', async () => {
    const [, one] = resource(
      await synthesizedTemplate({ registryTtlSeconds: 1, dataKeyMaxAgeSeconds: '0' }),
      'AWS::Lambda::Function',
      'FunctionsCrypto',
    );
    expect(one.Properties.Environment.Variables).toMatchObject({
      REGISTRY_TTL_SECONDS: '1',
      DATA_KEY_MAX_AGE_SECONDS: '0',
      DATA_KEY_MAX_MESSAGES: '100000',
      DATA_KEY_MAX_BYTES: '1073741824',
    });
  });

  test('only the data plane runs in tenant isolation mode, unless that is switched off', async () => {
    const modes = functions.map(([id, one]) => [id, one.Properties.TenancyConfig]);
    expect(modes).toEqual([
      [expect.stringContaining('Authorizer'), undefined],
      [expect.stringContaining('SessionBroker'), undefined],
      [expect.stringContaining('Tenants'), undefined],
      [expect.stringContaining('Crypto'), { TenantIsolationMode: 'PER_TENANT' }],
      [expect.stringContaining('Certificates'), undefined],
      [expect.stringContaining('Reconciler'), undefined],
      [expect.stringContaining('FunctionsAudit'), undefined],
      [expect.stringContaining('AuditIndexer'), undefined],
      [expect.stringContaining('Volumes'), undefined],
      [expect.stringContaining('CanaryRun'), undefined],
    ]);
    const [, off] = resource(
      await synthesizedTemplate({ tenantIsolation: false }),
      'AWS::Lambda::Function',
      'FunctionsCrypto',
    );
    expect(off.Properties.TenancyConfig).toBeUndefined();
    expect(off.Properties.Environment.Variables.TENANT_ISOLATION).toBe('false');
  });
});

describe('the reconciler', () => {
  const [, reconciler] = resource(template, 'AWS::Lambda::Function', 'FunctionsReconciler');

  test('has 15 minutes, and gets what a key policy consists of, the table of mac keys, and how often it runs', () => {
    expect(reconciler.Properties).toMatchObject({ Timeout: 900, Handler: 'reconciler.handler' });
    const [, tenants] = resource(template, 'AWS::Lambda::Function', 'FunctionsTenants');
    const { ROTATION_PERIOD_IN_DAYS, ...shared } = tenants.Properties.Environment.Variables;
    expect([ROTATION_PERIOD_IN_DAYS, shared.DELETION_WINDOW_IN_DAYS]).toEqual(['90', '30']);
    expect(reconciler.Properties.Environment.Variables).toEqual({
      ...shared,
      MAC_KEY_TABLE_NAME: { Ref: resource(template, 'AWS::DynamoDB::Table', 'MacKeyTable')[0] },
      EVERY_MINUTES: '15',
    });
  });
});

describe('the keys of certificates', () => {
  const variables = (of: typeof template) =>
    resource(of, 'AWS::Lambda::Function', 'FunctionsCertificates')[1].Properties.Environment
      .Variables;
  const arnOf = (type: string, prefix: string) => ({
    'Fn::GetAtt': [resource(template, type, prefix)[0], 'Arn'],
  });

  test.each([
    ['CertificateKey', 'ECC_NIST_P256'],
    ['PostQuantumKey', 'ML_DSA_65'],
  ])('%s signs, and is of spec %s', (prefix, KeySpec) => {
    const [, key] = resource(template, 'AWS::KMS::Key', prefix);
    expect(key.Properties).toMatchObject({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
  });

  test('are those in the environment of the function, with what a certificate says of the stack', () => {
    expect(variables(template)).toEqual({
      TABLE_NAME: { Ref: resource(template, 'AWS::DynamoDB::Table', 'TenantTable')[0] },
      CERTIFICATE_KEY_ARN: arnOf('AWS::KMS::Key', 'CertificateKey'),
      POST_QUANTUM_KEY_ARN: arnOf('AWS::KMS::Key', 'PostQuantumKey'),
      STACK_NAME: expect.anything(),
      TENANT_KEYS_NAME: 'TenantKeys',
      AUDIT_RETENTION_DAYS: '365',
      TRAIL_ARN: trailArnOf('TenantKeys'),
      TRAIL_BUCKET_NAME: { Ref: resource(template, 'AWS::S3::Bucket', 'AuditTrailBucket')[0] },
    });
  });

  test('are one where KMS has no others, and without a trail none is named', async () => {
    const plain = await synthesizedTemplate({ postQuantumSignature: false, trail: false });
    expect(Object.keys(variables(plain)).sort()).toEqual(
      [
        'AUDIT_RETENTION_DAYS',
        'CERTIFICATE_KEY_ARN',
        'STACK_NAME',
        'TABLE_NAME',
        'TENANT_KEYS_NAME',
      ].sort(),
    );
    const keys = resourcesOf(plain, 'AWS::KMS::Key').map(([id]) => id);
    expect(keys.some((id) => id.startsWith('PostQuantum'))).toBe(false);
  });
});
