/**
 * Signature Version 4, verified. Invariant: only the holder of an access key's secret is its caller, and what is
 * acted on is what was signed: method, target, host, date, every x-amz header and the whole body. Source: "Create a
 * signed AWS API request" in the IAM user guide. Errors have the names that AWS gives them in the JSON protocols; the
 * query protocol translates them.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../../iam/caller.ts';
import { AwsError } from '../wire/aws-error.ts';
import { headerOf, type ReceivedRequest } from '../wire/request.ts';
import { type Authorization, parseAuthorization } from './authorization-header.ts';
import { canonicalRequest, sha256 } from './canonical-request.ts';
import type { CredentialStore, IssuedCredentials } from './credentials.ts';

export interface Verification {
  readonly credentials: CredentialStore;
  /** what the credential scope must name */
  readonly region: string;
  readonly service: string;
  readonly now: Date;
}

const skewMs = 5 * 60_000;

/** IAM has one endpoint for all regions, and is signed for this one ("AWS Identity and Access Management endpoints"). */
const globalRegion = 'us-east-1';

/** @returns who signed the request; @throws AwsError */
export function authenticate(request: ReceivedRequest, verification: Verification): Caller {
  refuseQuery(request);
  const header = headerOf(request.headers, 'authorization');
  if (header === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const authorization = parseAuthorization(header);
  const date = dateOf(request);
  checkScope(authorization, date, verification);
  checkSignedHeaders(request, authorization);
  const known = knownCredentials(request, authorization, verification.credentials);
  checkSignature(request, authorization, date, known);
  checkTime(date, verification.now);
  if (known.expiresAt !== undefined && known.expiresAt <= verification.now) throw expiredToken();
  return known.caller;
}

export const expiredToken = () =>
  new AwsError('ExpiredTokenException', 'The security token included in the request is expired');

/** Only Lambda has a path, and may have a query beside it. */
function refuseQuery({ target }: ReceivedRequest): void {
  const hasQuery = target.startsWith('/?');
  const isPresigned = /[?&]x-amz-/i.test(target);
  if (!hasQuery && !isPresigned) return;
  throw new AwsError(
    'IncompleteSignatureException',
    'Presigned requests and other query strings are not supported here: sign with the Authorization header.',
  );
}

/** @returns the request's date, `YYYYMMDD'T'HHMMSS'Z'` */
function dateOf({ headers }: ReceivedRequest): string {
  const date = headerOf(headers, 'x-amz-date');
  if (date === undefined) {
    throw new AwsError(
      'IncompleteSignatureException',
      "Authorization header requires existence of a 'X-Amz-Date' header.",
    );
  }
  if (Number.isNaN(timeOf(date))) {
    throw new AwsError(
      'IncompleteSignatureException',
      "Date must be in ISO-8601 'basic format', such as 20300131T235959Z.",
    );
  }
  return date;
}

function timeOf(date: string): number {
  const fields = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (fields === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = fields;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function checkScope(
  { date: scopeDate, region, service, terminator }: Authorization,
  date: string,
  expected: Verification,
): void {
  const isGlobal = region === globalRegion && expected.service === 'iam';
  if (region !== expected.region && !isGlobal) {
    throw invalid(`Credential should be scoped to the region ${expected.region} of this stack.`);
  }
  if (service !== expected.service) {
    throw invalid(`Credential should be scoped to correct service: '${expected.service}'.`);
  }
  if (terminator !== 'aws4_request') {
    throw invalid("Credential should be scoped with a valid terminator: 'aws4_request'.");
  }
  if (scopeDate !== date.slice(0, 8)) {
    throw invalid('Date in Credential scope does not match YYYYMMDD of the X-Amz-Date header.');
  }
}

/** An unsigned header could be changed on the way: AWS requires the host and every x-amz header. */
function checkSignedHeaders({ headers }: ReceivedRequest, { signedHeaders }: Authorization): void {
  const required = [...headers.keys()].filter((name) => name.startsWith('x-amz-'));
  for (const name of ['host', 'x-amz-date', ...required]) {
    if (!signedHeaders.includes(name)) {
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

/** An unknown key, a missing token and another session's token get the same error, as on AWS. */
function knownCredentials(
  { headers }: ReceivedRequest,
  { accessKeyId }: Authorization,
  store: CredentialStore,
): IssuedCredentials {
  const known = store.find(accessKeyId);
  const token = headerOf(headers, 'x-amz-security-token');
  if (known !== undefined && sameText(known.sessionToken ?? '', token ?? '')) return known;
  throw new AwsError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  );
}

function checkSignature(
  request: ReceivedRequest,
  authorization: Authorization,
  date: string,
  { secretAccessKey }: IssuedCredentials,
): void {
  const scope = [authorization.date, authorization.region, authorization.service];
  const text = [
    'AWS4-HMAC-SHA256',
    date,
    [...scope, authorization.terminator].join('/'),
    sha256(canonicalRequest(request, authorization.signedHeaders)),
  ].join('\n');
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [...scope, authorization.terminator, text]) key = hmac(key, part);
  if (sameText(key.toString('hex'), authorization.signature)) return;
  throw invalid(
    'The request signature we calculated does not match the signature you provided. ' +
      'Check your AWS Secret Access Key and signing method. ' +
      'Consult the service documentation for details.',
  );
}

function checkTime(date: string, now: Date): void {
  const skew = timeOf(date) - now.getTime();
  const current = basicFormat(now.getTime());
  if (skew < -skewMs) {
    const oldest = basicFormat(now.getTime() - skewMs);
    throw invalid(`Signature expired: ${date} is now earlier than ${oldest} (${current} - 5 min.)`);
  }
  if (skew > skewMs) {
    const newest = basicFormat(now.getTime() + skewMs);
    throw invalid(
      `Signature not yet current: ${date} is still later than ${newest} (${current} + 5 min.)`,
    );
  }
}

const basicFormat = (time: number): string =>
  new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** Compares hashes, so that neither the time nor the length reveals anything about the expected text. */
function sameText(expected: string, given: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(expected), hash(given));
}

const invalid = (message: string) => new AwsError('InvalidSignatureException', message);
