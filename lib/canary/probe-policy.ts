/**
 * The policies of the canary's keys, each made of a tenant's policy, statement by statement. Invariant: a probe key
 * has one lock alone, so that the loss of any guard of that lock opens a path there:
 * - iam: the account may use the key as well, and there are no Denies, so IAM alone decides. Its policy is
 *   canary_a's, its tag canary_b's: the tag stops the one tenant, the encryption context the other.
 * - allow: the Allow names the roles directly, which needs no IAM, and there are no Denies. To canary_a it is the key of a
 *   tenant of that id in another stack, whose policy lets this stack's role in too: the stack's tag alone stops it, by IAM.
 * - deny: the tenant's whole policy, and a statement that lets the roles do everything without IAM.
 * The tag of the last two is canary_a's: that canary_b can use them shows that IAM does not decide there.
 */
import { canaryKeys, type KeyName } from '../../contract/canary-keys.ts';
import type { CanaryTenant } from '../../contract/canary-tenants.ts';
import { cryptographicActions, type keyPolicy } from '../../contract/key-policy.ts';

export interface ProbePrincipals {
  readonly accountArn: string;
  readonly tenantRoleArn: string;
  readonly canaryRoleArn: string;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: unknown;
}

/** No PutKeyPolicy, with which the roles could remove every lock. */
const carelessActions = [
  ...cryptographicActions,
  'kms:CreateGrant',
  'kms:DescribeKey',
  'kms:EnableKey',
  'kms:TagResource',
];

/** @param policyOf a tenant's key policy */
export function canaryKeyPolicy(
  key: KeyName,
  policyOf: (tenant: CanaryTenant) => ReturnType<typeof keyPolicy>,
  { accountArn, tenantRoleArn, canaryRoleArn }: ProbePrincipals,
): object {
  const policy = policyOf(canaryKeys[key].policyOf);
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
        Statement: [
          ...allows.map((one) => (one.Sid === used ? { ...one, Principal: roles } : one)),
          ...policyOf(canaryKeys[key].tag)
            .Statement.filter(({ Sid }) => Sid === used)
            .map((one) => ({ ...one, Sid: 'NeedsIam' })),
        ],
      };
    case 'deny':
      return { ...policy, Statement: [...statements, careless(roles)] };
  }
}

const used = 'TenantSessionUses';

const careless = (principal: object) => ({
  Sid: 'Careless',
  Effect: 'Allow',
  Principal: principal,
  Action: carelessActions,
  Resource: '*',
});
