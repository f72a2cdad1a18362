/**
 * AssumeRole. Invariant: a session is made only after the role's trust policy has allowed every
 * permission that the request needs: sts:AssumeRole, sts:TagSession with tags, sts:SetSourceIdentity
 * with a source identity. Until then a role that is missing looks the same as one that refuses.
 * Which condition key belongs to which permission: "Actions, resources, and condition keys for AWS
 * Security Token Service". sts:RoleSessionName is a key of AssumeRole and not of TagSession.
 */

import type { CredentialStore } from '../aws/authentication/credentials.ts';
import type { Call, Operation } from '../aws/operation.ts';
import { resourceTags } from '../aws/resource-tags.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Clock } from '../clock.ts';
import { isSession } from '../iam/caller.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { parsePolicy } from '../iam/policy-document.ts';
import { type AssumeRoleRequest, readAssumeRole, validationError } from './assume-role-request.ts';
import { tagContext } from './request-tags.ts';
import type { Role } from './role.ts';
import { sessionOf } from './session.ts';

export interface StsOptions {
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  /** by ARN, as they are now */
  readonly roles: Pick<ReadonlyMap<string, Role>, 'get'>;
}

export const assumeRole =
  ({ clock, credentials, roles }: StsOptions): Operation =>
  (input, call) => {
    const request = readAssumeRole(input);
    const role = authorizedRole(roles, request, call);
    if (request.transitiveTagKeys.length > 0) {
      throw new AwsError(
        'UnsupportedOperation',
        'AssumeRole with TransitiveTagKeys is not supported by the local stack; leave it out.',
      );
    }
    checkDuration(request.durationSeconds, role, call);
    const session = sessionOf(role, request.sessionName, request.tags);
    const expiresAt = new Date(wholeSecond(clock.now()) + request.durationSeconds * 1000);
    const issued = credentials.issue(
      () => {
        const current = roles.get(role.arn);
        // A role that was made again under the same name is another one.
        if (current?.roleId !== role.roleId) return undefined;
        return sessionOf(current, request.sessionName, request.tags);
      },
      { expiresAt },
    );
    return {
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: expiresAt.toISOString().replace('.000Z', 'Z'),
      },
      AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
      SourceIdentity: request.sourceIdentity,
    };
  };

/** @throws AwsError AccessDeniedException */
function authorizedRole(roles: StsOptions['roles'], request: AssumeRoleRequest, call: Call): Role {
  const { roleArn: resource, sessionName, externalId, sourceIdentity } = request;
  const role = roles.get(resource);
  const resourcePolicy = role?.trustPolicy ?? trustsNobody;
  const allow = (action: string, context: ConditionContext) =>
    call.authorize({
      action,
      resource,
      resourcePolicy,
      context: { ...resourceTags(role?.tags), ...context },
    });
  const tags = taggingContext(request);
  allow('sts:AssumeRole', {
    ...tags,
    'sts:RoleSessionName': sessionName,
    'sts:ExternalId': externalId,
    'sts:SourceIdentity': sourceIdentity,
  });
  if (Object.keys(request.tags).length > 0) allow('sts:TagSession', tags);
  if (sourceIdentity !== undefined) {
    allow('sts:SetSourceIdentity', { 'sts:SourceIdentity': sourceIdentity });
  }
  // Never reached: a role that does not exist trusts nobody.
  if (role === undefined) throw new AwsError('AccessDeniedException', `${resource} is not a role`);
  return role;
}

/** In place of the trust policy of a role that does not exist. */
const trustsNobody = parsePolicy(
  {
    Version: '2012-10-17',
    Statement: [{ Sid: 'NoSuchRole', Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:*' }],
  },
  'trust policy of a role that does not exist',
  'resource',
);

const taggingContext = ({ tags, transitiveTagKeys }: AssumeRoleRequest): ConditionContext => ({
  ...tagContext(tags),
  'sts:TransitiveTagKeys': transitiveTagKeys.length > 0 ? transitiveTagKeys : undefined,
});

function checkDuration(seconds: number, role: Role, { caller }: Call): void {
  if (seconds > role.maxSessionDurationSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  if (isSession(caller) && seconds > 3600) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
}

/** A date of STS has no fraction of a second. */
const wholeSecond = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;
