/**
 * The policies of the canary's keys, each made of a tenant's, statement by statement. Invariant: at a probe one lock
 * stands alone, so that the loss of any one guard of that lock opens a path there:
 * - iam: the account may use the key as well, and there are no Denies, so IAM alone decides. Its policy is
 *   canary_a's, its tag canary_b's: the tag stops the one, the context the other.
 * - allow: the Allow speaks to the roles directly, past IAM, and there are no Denies.
 * - deny: beside the tenant's whole policy the roles may do everything, past IAM.
 * The tag of the latter two is canary_a's: that canary_b can use them shows that IAM has no say.
 */
import type { KeyName } from '../../contract/canary-keys.ts';
import { cryptographicActions, type keyPolicy } from '../../contract/key-policy.ts';

export interface Principals {
  readonly accountArn: string;
  readonly tenantRoleArn: string;
  readonly canaryRoleArn: string;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: unknown;
}

/** The account's statement keeps the rest of administration; whoever may put a policy ends every lock. */
const carelessActions = [
  ...cryptographicActions,
  'kms:CreateGrant',
  'kms:DescribeKey',
  'kms:EnableKey',
  'kms:TagResource',
];

/** @param policy of the tenant whose key the probe's policy says that it is */
export function canaryKeyPolicy(
  key: KeyName,
  policy: ReturnType<typeof keyPolicy>,
  { accountArn, tenantRoleArn, canaryRoleArn }: Principals,
): object {
  const statements: readonly Statement[] = policy.Statement;
  const allows = statements.filter(({ Effect }) => Effect === 'Allow');
  const roles = { AWS: [tenantRoleArn, canaryRoleArn] };
  switch (key) {
    case 'a':
    case 'b':
      return policy;
    case 'iam':
      return { ...policy, Statement: [...allows, careless({ AWS: accountArn })] };
    case 'allow':
      return {
        ...policy,
        Statement: allows.map((statement) =>
          statement.Sid === 'TenantSessionUses' ? { ...statement, Principal: roles } : statement,
        ),
      };
    case 'deny':
      return { ...policy, Statement: [...statements, careless(roles)] };
  }
}

const careless = (principal: object) => ({
  Sid: 'Careless',
  Effect: 'Allow',
  Principal: principal,
  Action: carelessActions,
  Resource: '*',
});
