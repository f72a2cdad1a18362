/**
 * GetWebIdentityToken. Invariant: what a token says of the caller comes from the caller's credentials alone; of the
 * request it has the audience, the duration and, under a name of their own, the request's tags. Which condition keys
 * belong to it: "Actions, resources, and condition keys for AWS Security Token Service".
 */
import { randomUUID } from 'node:crypto';
import type { Call, Operation } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import {
  readWebIdentityToken,
  type WebIdentityTokenRequest,
} from './get-web-identity-token-request.ts';
import type { OutboundIssuer } from './outbound-issuer.ts';
import { type Tags, tagContext } from './request-tags.ts';

export interface WebIdentityTokenOptions {
  readonly region: string;
  readonly issuer: OutboundIssuer;
}

const defaultSeconds = 300;

export const getWebIdentityToken =
  ({ region, issuer }: WebIdentityTokenOptions): Operation =>
  async (input, call) => {
    const request = readWebIdentityToken(input);
    authorizeToken(request, call);
    requireEnabled(issuer, call);
    const { audience, durationSeconds = defaultSeconds, algorithm, tags } = request;
    const issuedAt = Math.floor(call.clock.now().getTime() / 1000);
    const expiry = issuedAt + durationSeconds;
    requireWithinSession(expiry, call);
    const [first = '', ...others] = audience;
    const token = await issuer.sign(
      {
        aud: others.length === 0 ? first : [first, ...others],
        sub: call.caller.principalArn,
        iat: issuedAt,
        exp: expiry,
        jti: randomUUID(),
        'https://sts.amazonaws.com/': identityClaims(call.caller, region, tags),
      },
      algorithm,
    );
    const expiration = new Date(expiry * 1000).toISOString().replace('.000Z', 'Z');
    return { WebIdentityToken: token, Expiration: expiration };
  };

/**
 * A duration that the request leaves out is no condition key of it, as far as AWS documents it: a policy that limits the
 * duration refuses such a request.
 */
function authorizeToken(request: WebIdentityTokenRequest, call: Call): void {
  const { audience, durationSeconds, algorithm, tags } = request;
  const context = {
    ...tagContext(tags),
    'sts:IdentityTokenAudience': audience,
    'sts:DurationSeconds': durationSeconds?.toString(),
    'sts:SigningAlgorithm': algorithm,
  };
  call.authorize({ action: 'sts:GetWebIdentityToken', resource: '*', context });
  if (Object.keys(tags).length > 0) {
    call.authorize({ action: 'sts:TagGetWebIdentityToken', resource: '*', context });
  }
}

/** An issuer is of one account: the principals of another are not its. */
function requireEnabled({ isEnabled, accountId }: OutboundIssuer, { caller }: Call): void {
  if (isEnabled && caller.accountId === accountId) return;
  throw new AwsError(
    'OutboundWebIdentityFederationDisabledException',
    'Outbound web identity federation is not enabled for this account.',
    403,
  );
}

/** A token does not outlive the session that asks for it. */
function requireWithinSession(expiry: number, { caller }: Call): void {
  const { sessionExpiresAt } = caller;
  if (sessionExpiresAt === undefined || expiry * 1000 <= sessionExpiresAt.getTime()) return;
  throw new AwsError(
    'SessionDurationEscalationException',
    'The requested token duration would extend the session beyond its original expiration time.',
    403,
  );
}

/** "Understanding token claims", IAM user guide; without organization, EC2 and identity center. */
function identityClaims(caller: Caller, region: string, requestTags: Tags) {
  const { accountId, principalArn, tags, sourceFunctionArn } = caller;
  return {
    aws_account: accountId,
    source_region: region,
    principal_id: principalArn,
    ...(Object.keys(tags).length > 0 && { principal_tags: tags }),
    ...(sourceFunctionArn !== undefined && { lambda_source_function_arn: sourceFunctionArn }),
    ...(Object.keys(requestTags).length > 0 && { request_tags: requestTags }),
  };
}
