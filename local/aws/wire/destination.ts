/** Which service and operation a request is for, and in which protocol. */
import { AwsError } from './aws-error.ts';
import { jsonProtocol } from './json-protocol.ts';
import { lambdaOperationOf, lambdaProtocol } from './lambda-protocol.ts';
import type { Protocol } from './protocol.ts';
import { actionOf, queryProtocol } from './query-protocol.ts';
import { headerOf, type ReceivedHeaders } from './request.ts';

export interface Destination {
  /** as in a credential scope */
  readonly service: string;
  readonly protocol: Protocol;
  readonly maxBodyBytes: number;
  /** @returns the operation's name, empty where the request does not name one */
  operationOf(body: Buffer): string;
}

const megabyte = 1024 * 1024;

/** By the prefix of X-Amz-Target. 16 MB is what a BatchWriteItem may have. */
const jsonServices = new Map([
  ['TrentService', { service: 'kms', protocol: jsonProtocol('1.1'), maxBodyBytes: megabyte }],
  [
    'DynamoDB_20120810',
    { service: 'dynamodb', protocol: jsonProtocol('1.0'), maxBodyBytes: 16 * megabyte },
  ],
  ['AWSEvents', { service: 'events', protocol: jsonProtocol('1.1'), maxBodyBytes: megabyte }],
]);

const query = (service: string, namespace: string): Destination => ({
  service,
  protocol: queryProtocol(namespace),
  maxBodyBytes: megabyte,
  operationOf: (body) => actionOf(body) ?? '',
});

const sts = query('sts', 'https://sts.amazonaws.com/doc/2011-06-15/');

/** Their requests look alike: they are told apart by the service that they were signed for. */
const queryServices = new Map([
  ['sts', sts],
  ['iam', query('iam', 'https://iam.amazonaws.com/doc/2010-05-08/')],
  [
    'cloudformation',
    query('cloudformation', 'http://cloudformation.amazonaws.com/doc/2010-05-15/'),
  ],
]);

/** A payload may be 6 MB; what is larger gets Lambda's own refusal, if it is not much larger. */
const lambda = (method: string, target: string, headers: ReceivedHeaders): Destination => ({
  service: 'lambda',
  protocol: lambdaProtocol(target, headers),
  maxBodyBytes: 16 * megabyte,
  operationOf: () => {
    const operation = lambdaOperationOf(method, target);
    if (operation !== undefined) return operation;
    throw notServed('operation of Lambda but Invoke and GetFunctionConfiguration');
  },
});

const served = new Set([
  'lambda',
  ...queryServices.keys(),
  ...[...jsonServices.values()].map(({ service }) => service),
]);

/** Only an error is ever written in it: every client of a query service reads the shape of STS. */
const otherService = (service: string): Destination => ({
  ...sts,
  service,
  operationOf: () => {
    throw notServed(service);
  },
});

/** For a request of which not even the protocol is known. */
export const unknownProtocol = jsonProtocol('1.1');

/** @throws AwsError UnknownOperationException that says what is served here */
export function destinationOf(
  method: string,
  target: string,
  headers: ReceivedHeaders,
): Destination {
  const [, prefix = '', operation = ''] =
    /^([^.]+)\.(.+)$/s.exec(headerOf(headers, 'x-amz-target') ?? '') ?? [];
  const json = jsonServices.get(prefix);
  const contentType = headerOf(headers, 'content-type') ?? '';
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType);
  const signedFor = signedServiceOf(headers);
  const other = signedFor === undefined || served.has(signedFor) ? undefined : signedFor;
  // A query is let through to the check of the signature, which explains itself about presigned URLs.
  if (method === 'POST' && /^\/($|\?)/.test(target)) {
    if (json !== undefined) return { ...json, operationOf: () => operation };
    if (isForm && !headers.has('x-amz-target')) {
      if (other !== undefined) return otherService(other);
      return queryServices.get(signedFor ?? '') ?? sts;
    }
  }
  if (lambdaOperationOf(method, target) !== undefined || signedFor === 'lambda') {
    return lambda(method, target, headers);
  }
  if (other === 's3') return otherService(other);
  throw notServed(other);
}

/**
 * @returns the service that the request was signed for. One that is not here is told so before the signature is checked:
 *   a global one, such as Route 53, is signed for another region than this stack's.
 */
function signedServiceOf(headers: ReceivedHeaders): string | undefined {
  const [authorization = ''] = headers.get('authorization') ?? [];
  const scope = /\bCredential=[^/\s,]+\/\d+\/[a-z0-9-]+\/([a-z0-9-]{1,64})\//.exec(authorization);
  return scope?.[1];
}

const notServed = (missing?: string) =>
  new AwsError(
    'UnknownOperationException',
    `${missing === undefined ? '' : `The local stack has no ${missing}. `}Served here: KMS, DynamoDB and EventBridge (AWS JSON, POST / with X-Amz-Target), STS, IAM and CloudFormation (AWS query, POST / with a form) and of Lambda Invoke and GetFunctionConfiguration (REST).`,
  );
