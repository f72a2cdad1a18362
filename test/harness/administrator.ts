/** A caller that may do everything in an account of the local stack. */
import type { Caller } from '../../local/iam/caller.ts';
import { parsePolicy } from '../../local/iam/policy-document.ts';

export function administrator(accountId: string): Caller {
  const arn = `arn:aws:iam::${accountId}:user/administrator`;
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const policy = parsePolicy({ Version: '2012-10-17', Statement }, 'everything', 'identity');
  return {
    arn,
    principalArn: arn,
    accountId,
    userId: 'AIDAADMINISTRATOR0000',
    tags: {},
    identityPolicies: [policy],
  };
}
