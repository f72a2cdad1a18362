/** The account's administrator. */
import type { Caller } from './iam/caller.ts';
import { parsePolicy } from './iam/policy-document.ts';

export function operatorOf(partition: string, accountId: string): Caller {
  const arn = `arn:${partition}:iam::${accountId}:user/operator`;
  const everything = {
    Version: '2012-10-17',
    Statement: [{ Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  return {
    arn,
    principalArn: arn,
    accountId,
    userId: 'AIDALOCALOPERATOR000',
    tags: {},
    identityPolicies: [parsePolicy(everything, 'AdministratorAccess', 'identity')],
  };
}
