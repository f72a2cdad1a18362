/** One account, its callers and its key, as the tests of the evaluator use them. */

import { authorize } from '../../../local/iam/authorize.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import type { AccessRequest, ConditionContext } from '../../../local/iam/decision.ts';
import { type PolicyDocument, parsePolicy } from '../../../local/iam/policy-document.ts';
import { accountId } from '../../harness/account.ts';

export const tenantRole = `arn:aws:iam::${accountId}:role/tenant-role`;
export const key = `arn:aws:kms:eu-central-1:${accountId}:key/0a0a0a0a-1111-2222-3333-444444444444`;

export const version = '2012-10-17';

/** A statement with what a test does not care for filled in. */
export function statement(members: object): object {
  return { Effect: 'Allow', Action: '*', Resource: '*', ...members };
}

export function policy(...statements: object[]): PolicyDocument {
  return parsePolicy({ Version: version, Statement: statements }, 'Role/Policy');
}

export function keyPolicyOf(...statements: object[]): PolicyDocument {
  return parsePolicy({ Version: version, Statement: statements }, 'key policy', 'resource');
}

/** A session of the tenant role. */
export function session(
  tags: Record<string, string>,
  ...identityPolicies: PolicyDocument[]
): Caller {
  return {
    arn: `arn:aws:sts::${accountId}:assumed-role/tenant-role/acme`,
    principalArn: tenantRole,
    accountId,
    userId: 'AROAEXAMPLE:acme',
    tags,
    identityPolicies,
  };
}

export function user(...identityPolicies: PolicyDocument[]): Caller {
  const arn = `arn:aws:iam::${accountId}:user/ops/ada`;
  return {
    arn,
    principalArn: arn,
    accountId,
    userId: 'AIDAEXAMPLE',
    tags: {},
    identityPolicies,
  };
}

export function request(members: Partial<AccessRequest> = {}): AccessRequest {
  return { action: 'kms:Decrypt', resource: key, context: {}, ...members };
}

/** Whether a condition holds, alone in an Allow, for a session with these tags. */
export function holds(
  condition: object,
  context: ConditionContext,
  tags: Record<string, string> = {},
): boolean {
  const allow = policy(statement({ Condition: condition }));
  return authorize(session(tags, allow), request({ context })).allowed;
}
