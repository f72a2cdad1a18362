/** What an operator may set of the edge, the functions and the monitoring: taken as written, or refused in a sentence. */
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../lib/config/config.ts';
import { everySetting } from '../../harness/operators-settings.ts';
import { problemsOf } from './problems.ts';

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };
const domain = everySetting['with a domain'];
const { certificateArn } = domain;

describe('taken', () => {
  test.each(Object.entries(everySetting))(
    'every setting %s, as such and as -c gives it',
    (_, settings) => {
      const texts = Object.entries(settings).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      for (const given of [settings, Object.fromEntries(texts)]) {
        expect(readConfig({ ...needed, ...given })).toMatchObject(settings);
      }
    },
  );

  test.each([
    ['domainName', 'a.b-c.example', { certificateArn }],
    ['domainName', `${'a'.repeat(63)}.example.com`, { certificateArn }],
    ['certificateArn', 'arn:aws-cn:acm:cn-north-1:111122223333:certificate/abc', domain],
    ['permissionsBoundaryArn', 'arn:aws:iam::aws:policy/PowerUserAccess', {}],
    ['memoryMegabytes', { crypto: 256, audit: 10_240 }, {}],
    ['tags', { 'Größe 1': '' }, {}],
    ['logRetentionDays', 30, {}],
  ])('%s %j', (key, value, beside) => {
    expect(problemsOf({ ...needed, ...beside, [key]: value })).toEqual([]);
  });
});

describe('refused', () => {
  test.each<[string, unknown, string]>([
    ['domainName', 'Keys.example.com', 'must be a domain name in lower case'],
    ['domainName', '*.example.com', 'must be a domain name in lower case'],
    ['domainName', 'keys.example.com.', 'must be a domain name in lower case'],
    ['domainName', 'https://keys.example.com', 'must be a domain name in lower case'],
    ['domainName', 'example', 'must be a domain name in lower case'],
    ['domainName', `${'a'.repeat(64)}.example.com`, 'must be a domain name in lower case'],
    ['domainName', `${'a.'.repeat(130)}com`, 'must be a domain name in lower case'],
    ['domainName', 'keys.example.com\n', 'must be a domain name in lower case'],
    [
      'certificateArn',
      'arn:aws:iam::111122223333:server-certificate/x',
      'must be the ARN of a certificate',
    ],
    ['certificateArn', `${certificateArn}/x`, 'must be the ARN of a certificate'],
    ['hostedZoneId', '/hostedzone/Z0123456789ABC', 'must be the id of the hosted zone'],
    [
      'trustStore',
      'https://example-trust.s3.amazonaws.com/x',
      'must be where S3 has the certificates',
    ],
    ['trustStore', 's3://example-trust', 'must be where S3 has the certificates'],
    ['trustStoreVersion', 'a b', 'must be the id of a version'],
    ['webAclArn', domain.webAclArn.replace('regional', 'global'), 'must be the ARN of a web ACL'],
    ['vpcEndpointIds', [], 'must be a list of 1 to 10 ids of interface endpoints'],
    ['vpcEndpointIds', ['vpc-0123456789abcdef0'], 'must be a list of 1 to 10 ids of interface'],
    ['vpcEndpointIds', ['*'], 'must be a list of 1 to 10 ids of interface endpoints'],
    ['vpcEndpointIds', 'vpce-0123456789abcdef0', 'must be a list of 1 to 10 ids of interface'],
    ['apiRequestsPerSecond', 0, 'must be a whole number of requests a second'],
    ['apiBurstRequests', 1.5, 'must be a whole number of requests'],
    ['apiGatewayAccount', 'no', 'must be true or false'],
    ['memoryMegabytes', { crypto: 128 }, 'must be a whole number of megabytes from 256'],
    ['memoryMegabytes', { cryptography: 1024 }, 'must be an object with some of audit, authorizer'],
    ['memoryMegabytes', 1024, 'must be an object with some of audit, authorizer'],
    ['reservedConcurrency', { reconciler: 0 }, 'must be a whole number of environments from 1'],
    ['reservedConcurrency', '{"crypto"', 'must be an object with some of audit, authorizer'],
    ['subnetIds', ['vpc-0123456789abcdef0'], 'must be a list of 1 to 16 ids of subnets'],
    ['securityGroupIds', 'sg-0123456789abcdef0', 'must be a list of 1 to 5 ids of security groups'],
    ['logRetentionDays', 1, 'must be a number of days, one of 30'],
    ['permissionsBoundaryArn', 'boundary', 'must be the ARN of a managed policy'],
    ['permissionsBoundaryArn', 'arn:aws:iam::1:policy/x', 'must be the ARN of a managed policy'],
    ['alarmTopicArn', 'operations', 'must be the ARN of an SNS topic'],
    ['alarmTopicArn', `${domain.alarmTopicArn}.fifo`, 'must be the ARN of an SNS topic'],
    ['tags', ['a'], 'must be an object of at most 40 tags'],
    ['tags', { a: 1 }, 'must be a text of at most 256'],
    ['tags', { '': 'x' }, 'must be 1-128 letters'],
    ['tags', { ' a': 'x' }, 'must be 1-128 letters'],
    ['tags', { TenantId: 'acme' }, 'must be 1-128 letters'],
    ['tags', { tenantid: 'acme' }, 'must be 1-128 letters'],
    ['tags', { managedBY: 'us' }, 'must be 1-128 letters'],
    ['tags', { 'AWS:x': 'y' }, 'must be 1-128 letters'],
    [
      'tags',
      Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`t${at}`, ''])),
      'must be an',
    ],
  ])('%s: %j', (key, value, sentence) => {
    const { [key as keyof typeof domain]: _, ...others } = domain;
    const beside = key === 'vpcEndpointIds' ? {} : others;
    const problems = problemsOf({ ...needed, ...beside, [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.replace(/^[^ ]+?:? (?=must)/, '')).toContain(sentence);
    expect(problems[0]?.startsWith(key)).toBe(true);
  });

  test.each<[string, object, string]>([
    [
      'a domain without its certificate',
      { domainName: 'keys.example.com' },
      'domainName needs certificateArn',
    ],
    ['a certificate without a domain', { certificateArn }, 'certificateArn is for domainName'],
    ['a zone without a domain', { hostedZoneId: 'Z1' }, 'hostedZoneId is for domainName'],
    [
      'client certificates without a domain',
      { trustStore: 's3://abc/d' },
      'trustStore is for domainName',
    ],
    [
      'a version of no trust store',
      { trustStoreVersion: '1' },
      'trustStoreVersion is a version of the file that trustStore names',
    ],
    [
      'a domain of a private API',
      { domainName: 'keys.example.com', certificateArn, vpcEndpointIds: ['vpce-01234567'] },
      'domainName must be left out with vpcEndpointIds',
    ],
    [
      'subnets alone',
      { subnetIds: ['subnet-01234567'] },
      'subnetIds needs subnetIds and securityGroupIds',
    ],
    ['security groups alone', { securityGroupIds: ['sg-01234567'] }, 'subnetIds'],
    [
      'a mail address beside the topic',
      { alarmEmail: 'a@example.com', alarmTopicArn: domain.alarmTopicArn },
      'alarmEmail must be left out with alarmTopicArn',
    ],
  ])('%s', (_, given, sentence) => {
    for (const context of [needed, { issuers: [{ issuer: needed.issuer, audiences: ['x'] }] }]) {
      const problems = problemsOf({ ...context, ...given });
      expect(problems).toEqual([expect.stringContaining(sentence)]);
    }
  });
});
