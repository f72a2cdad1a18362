/** How the API is reached: its limits, a domain of one's own, client certificates, private endpoints, a web ACL. */
import { z } from 'zod';
import { stageThrottling } from '../../contract/crypto.ts';
import { valueOrJson } from './list.ts';
import { text, trueOrFalse, wholeNumber } from './values.ts';

const texts = {
  domainName:
    'must be a domain name in lower case without a dot at its end, such as keys.example.com, and no pattern',
  certificateArn:
    "must be the ARN of a certificate of ACM for domainName, in the stack's region: " +
    'arn:aws:acm:REGION:ACCOUNT:certificate/ID',
  hostedZoneId:
    'must be the id of the hosted zone of Route 53 that has domainName, such as Z0123456789ABC',
  trustStore: 'must be where S3 has the certificates of the authorities, in PEM: s3://BUCKET/KEY',
  trustStoreVersion: 'must be the id of a version of the file that trustStore names',
  webAclArn:
    "must be the ARN of a web ACL of AWS WAF of the stack's region: " +
    'arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID',
  vpcEndpointIds:
    'must be a list of 1 to 10 ids of interface endpoints for execute-api, such as ["vpce-0123456789abcdef0"], or JSON text of one',
  withDomain: 'is for domainName, which is missing',
  withCertificate: 'needs certificateArn, the ARN of its certificate in ACM',
  withTrustStore: 'is a version of the file that trustStore names, which is missing',
  privateDomain: 'must be left out with vpcEndpointIds: a private API has no public domain',
};

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';

export const api = {
  /** over the whole stage; what is above is answered 429 */
  apiRequestsPerSecond: wholeNumber('requests a second', 1, 100_000).default(
    stageThrottling.requestsPerSecond,
  ),
  apiBurstRequests: wholeNumber('requests', 1, 100_000).default(stageThrottling.burstRequests),
  /** of the API, instead of the name that API Gateway gives it, which then answers nothing */
  domainName: text(
    new RegExp(String.raw`^(?=.{1,253}$)(?:${label}\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`),
    texts.domainName,
  ).optional(),
  certificateArn: text(
    /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]{1,64}$/,
    texts.certificateArn,
  ).optional(),
  /** in which the stack makes the record of the domain; without it somebody else does */
  hostedZoneId: text(/^Z[A-Z0-9]{1,31}$/, texts.hostedZoneId).optional(),
  /** whose clients alone may connect, by certificate */
  trustStore: text(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[\w!.*'()/-]{1,512}$/,
    texts.trustStore,
  ).optional(),
  trustStoreVersion: text(/^[\w.-]{1,1024}$/, texts.trustStoreVersion).optional(),
  webAclArn: text(
    /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/[\w-]{1,128}\/[\w-]{1,64}$/,
    texts.webAclArn,
  ).optional(),
  /** through which alone the API is reached; none: it is on the internet */
  vpcEndpointIds: valueOrJson(
    z
      .array(text(/^vpce-[0-9a-f]{8,17}$/, texts.vpcEndpointIds), texts.vpcEndpointIds)
      .min(1, texts.vpcEndpointIds)
      .max(10, texts.vpcEndpointIds)
      .readonly(),
  ).optional(),
  /** false where the account has its role for API Gateway's logs, and the stack may not set it */
  apiGatewayAccount: trueOrFalse().default(true),
};

interface Given {
  readonly domainName?: string | undefined;
  readonly certificateArn?: string | undefined;
  readonly hostedZoneId?: string | undefined;
  readonly trustStore?: string | undefined;
  readonly trustStoreVersion?: string | undefined;
  readonly vpcEndpointIds?: readonly string[] | undefined;
}

const needsDomain = (key: 'certificateArn' | 'hostedZoneId' | 'trustStore') => ({
  fit: (given: Given) => given[key] === undefined || given.domainName !== undefined,
  problem: { path: [key], message: texts.withDomain },
});

/** What goes together. */
export const apiRules = [
  needsDomain('certificateArn'),
  needsDomain('hostedZoneId'),
  needsDomain('trustStore'),
  {
    fit: (given: Given) => given.domainName === undefined || given.certificateArn !== undefined,
    problem: { path: ['domainName'], message: texts.withCertificate },
  },
  {
    fit: (given: Given) => given.trustStoreVersion === undefined || given.trustStore !== undefined,
    problem: { path: ['trustStoreVersion'], message: texts.withTrustStore },
  },
  {
    fit: (given: Given) => given.vpcEndpointIds === undefined || given.domainName === undefined,
    problem: { path: ['domainName'], message: texts.privateDomain },
  },
];
