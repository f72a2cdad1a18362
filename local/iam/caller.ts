/** The caller of a request, with the policies that are attached to it. */
import type { CallerIdentity } from './decision.ts';
import type { PolicyDocument } from './policy-document.ts';

export interface Caller extends CallerIdentity {
  readonly identityPolicies: readonly PolicyDocument[];
  /** when the session ends that the caller is; absent for a user */
  readonly sessionExpiresAt?: Date;
}

/** Whether the caller is a session of a role, and not a user. */
export const isSession = (caller: CallerIdentity): boolean => caller.arn !== caller.principalArn;
