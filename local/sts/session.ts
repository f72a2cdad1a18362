/**
 * The caller that a session of a role is. Invariant: its tags are the role's, overridden by those of the session;
 * tag keys are compared without regard to case, as IAM compares them.
 */
import type { Caller } from '../iam/caller.ts';
import type { Role } from './role.ts';

/** @param sessionTags given when the role was assumed; no two keys may differ only in case */
export function sessionOf(
  role: Role,
  sessionName: string,
  sessionTags: Readonly<Record<string, string>> = {},
): Caller {
  const [, partition = '', , , accountId = ''] = role.arn.split(':');
  const overridden = new Set(Object.keys(sessionTags).map(tagKeyId));
  const own = Object.entries(role.tags).filter(([key]) => !overridden.has(tagKeyId(key)));
  return {
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
    principalArn: role.arn,
    accountId,
    userId: `${role.roleId}:${sessionName}`,
    tags: Object.fromEntries([...own, ...Object.entries(sessionTags)]),
    identityPolicies: role.identityPolicies,
  };
}

/** @returns the same text for tag keys that are one key to IAM */
export const tagKeyId = (key: string): string => key.toLowerCase();
