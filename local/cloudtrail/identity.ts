/** Who called, as an event says it. Source: "CloudTrail userIdentity element", CloudTrail user guide. */

import type { Caller } from '../iam/caller.ts';
import { isSession } from '../iam/caller.ts';

export type UserIdentity =
  | { readonly type: 'AWSService'; readonly invokedBy: string }
  | { readonly type: 'AWSAccount'; readonly principalId: string; readonly accountId: string }
  | {
      readonly type: 'IAMUser';
      readonly principalId: string;
      readonly arn: string;
      readonly accountId: string;
      readonly userName: string;
    }
  | {
      readonly type: 'AssumedRole';
      readonly principalId: string;
      readonly arn: string;
      readonly accountId: string;
      readonly sessionContext: { readonly sessionIssuer: SessionIssuer };
    };

interface SessionIssuer {
  readonly type: 'Role';
  readonly principalId: string;
  readonly arn: string;
  readonly accountId: string;
  readonly userName: string;
}

/**
 * Of a caller of another account an account learns the id alone.
 * Without access key id and the session's creation;
 * session tags stand in AssumeRole's event alone.
 * @param recipientAccountId whose event it is
 */
export function userIdentity(caller: Caller, recipientAccountId: string): UserIdentity {
  const { arn, principalArn, accountId, userId: principalId, service } = caller;
  if (service !== undefined) return { type: 'AWSService', invokedBy: service };
  if (accountId !== recipientAccountId) return { type: 'AWSAccount', principalId, accountId };
  const userName = principalArn.slice(principalArn.lastIndexOf('/') + 1);
  const base = { principalId, arn, accountId };
  if (!isSession(caller)) return { type: 'IAMUser', ...base, userName };
  const [roleId = ''] = principalId.split(':');
  const issuer = { principalId: roleId, arn: principalArn, accountId, userName };
  return {
    type: 'AssumedRole',
    ...base,
    sessionContext: { sessionIssuer: { type: 'Role', ...issuer } },
  };
}
