/** The account of tests that make their own part of AWS, and users in it. */
import type { Caller } from '../../local/iam/caller.ts';
import { parsePolicy } from '../../local/iam/policy-document.ts';

export const accountId = '111122223333';
export const region = 'eu-central-1';
export const account = { partition: 'aws', accountId, region };

export const everything = { Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' };

/** @param statements of the user's only policy; without any, the user has none */
export function userWith(name: string, ...statements: readonly object[]): Caller {
  const arn = `arn:aws:iam::${accountId}:user/${name}`;
  const document = { Version: '2012-10-17', Statement: statements };
  return {
    arn,
    principalArn: arn,
    accountId,
    userId: 'AIDAEXAMPLE',
    tags: {},
    identityPolicies:
      statements.length === 0 ? [] : [parsePolicy(document, `${name}/Policy`, 'identity')],
  };
}

export const administrator = userWith('admin', everything);
