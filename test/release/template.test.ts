/** Which changes of a template replace or remove a resource, each tried on the template of the last release. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { releasedTemplateFile } from '../../release/last-release.ts';
import { lostResources } from '../../release/template.ts';
import { resource, type Template } from '../harness/synthesized.ts';

const released: Template = JSON.parse(readFileSync(releasedTemplateFile, 'utf8'));

type Properties = Record<string, unknown>;

/** @returns what is lost where the resource of the type whose id begins so has other properties */
function changed(type: string, prefix: string, change: (properties: Properties) => void) {
  const [id] = resource(released, type, prefix);
  const after = structuredClone(released);
  change((after.Resources[id] as { Properties: Properties }).Properties);
  return lostResources(released, after).map((line) => line.replace(/[0-9A-F]{8} /, ' '));
}

test('nothing is lost where nothing changes', () => {
  expect(lostResources(released, released)).toEqual([]);
});

describe('replaced is', () => {
  test.each<[string, string, string, Properties]>([
    [
      'a table with another key',
      'AWS::DynamoDB::Table',
      'TenantTable',
      { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
    ],
    ['a table that gets a name', 'AWS::DynamoDB::Table', 'AuditTable', { TableName: 'audit' }],
    [
      'a function that gets a name',
      'AWS::Lambda::Function',
      'FunctionsCrypto',
      { FunctionName: 'crypto' },
    ],
    [
      'a function with another tenancy',
      'AWS::Lambda::Function',
      'FunctionsCrypto',
      { TenancyConfig: { TenantIsolationMode: 'OTHER' } },
    ],
    ['a role that gets a name', 'AWS::IAM::Role', 'TenantRole', { RoleName: 'tenant' }],
    ['a trail of another name', 'AWS::CloudTrail::Trail', 'AuditTrail', { TrailName: 'other' }],
    ['a bucket that gets a name', 'AWS::S3::Bucket', 'AuditTrailBucket', { BucketName: 'other' }],
    [
      'a log group that gets a name',
      'AWS::Logs::LogGroup',
      'ApiAccessLogs',
      { LogGroupName: 'other' },
    ],
    ['a topic that gets a name', 'AWS::SNS::Topic', 'Monitoring', { TopicName: 'other' }],
    ['an alias of another name', 'AWS::KMS::Alias', 'ProductKey', { AliasName: 'alias/other' }],
  ])('%s', (_, type, prefix, properties) => {
    const lost = changed(type, prefix, (one) => Object.assign(one, properties));
    expect(lost).toContainEqual(expect.stringMatching(`^${prefix}.*: replaced$`));
  });
});

test.each<[string, Properties]>([
  ['kind', { KeySpec: 'ECC_NIST_P384' }],
  ['use', { KeyUsage: 'KEY_AGREEMENT' }],
  ['kind of region', { MultiRegion: true }],
  ['origin', { Origin: 'EXTERNAL' }],
])('a key of another %s is refused', (_, properties) => {
  expect(
    changed('AWS::KMS::Key', 'CertificateKey', (one) => Object.assign(one, properties)),
  ).toContainEqual('CertificateKey (AWS::KMS::Key): refused');
});

test('what needs a resource that is replaced is replaced with it', () => {
  const rename = (properties: Properties) => Object.assign(properties, { FunctionName: 'crypto' });
  expect(changed('AWS::Lambda::Function', 'FunctionsCrypto', rename)).toContainEqual(
    expect.stringMatching(/^ApiRestApi.* \(AWS::Lambda::Permission\): replaced$/),
  );
});

describe('not replaced is', () => {
  test.each<[string, string, string, Properties]>([
    [
      'a table without protection',
      'AWS::DynamoDB::Table',
      'TenantTable',
      { DeletionProtectionEnabled: false },
    ],
    ['a key with another policy', 'AWS::KMS::Key', 'ProductKey', { KeyPolicy: {} }],
    [
      'a function with other code',
      'AWS::Lambda::Function',
      'FunctionsCrypto',
      { Code: { S3Key: 'other.zip', S3Bucket: 'x' } },
    ],
    ['a role with other policies', 'AWS::IAM::Role', 'TenantRole', { Policies: [] }],
  ])('%s', (_, type, prefix, properties) => {
    expect(changed(type, prefix, (one) => Object.assign(one, properties))).toEqual([]);
  });
});

describe('without its logical id', () => {
  const without = (type: string, prefix: string) => {
    const after = structuredClone(released) as { Resources: Record<string, unknown> };
    const [id] = resource(released, type, prefix);
    delete after.Resources[id];
    return lostResources(released, after as unknown as Template);
  };

  test('a table is left alone, and another made', () => {
    expect(without('AWS::DynamoDB::Table', 'TenantTable')).toContainEqual(
      expect.stringMatching(/^TenantTable[0-9A-F]{8} \(AWS::DynamoDB::Table\): left alone$/),
    );
  });

  test('a role is removed', () => {
    expect(without('AWS::IAM::Role', 'TenantRole')).toContainEqual(
      expect.stringMatching(/^TenantRole[0-9A-F]{8} \(AWS::IAM::Role\): removed$/),
    );
  });

  test('a deployment of the API is nothing that anybody misses', () => {
    expect(without('AWS::ApiGateway::Deployment', '')).toEqual([]);
  });
});
