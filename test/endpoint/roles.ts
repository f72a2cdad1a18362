/**
 * The roles of the template at the endpoint. Invariant: their policies are the template's, word for word, but for what
 * takes a function of Lambda, which does not run here: the caller may assume the execution roles, which else trust
 * lambda.amazonaws.com alone, and the session broker's has no `OnlyInItsFunction`. The tenant role's trust policy is
 * unchanged.
 */
import type { IAM } from '@aws-sdk/client-iam';
import { isNamed } from '../../lambdas/aws/errors.ts';
import type { Role } from '../../local/sts/role.ts';

/**
 * @param callerArn may assume the role as well
 * @throws MalformedPolicyDocument where IAM does not know a role yet that the trust policy names
 */
export async function createRole(iam: IAM, role: Role, callerArn?: string): Promise<void> {
  const trust = role.trustPolicy.source;
  try {
    await iam.createRole({
      RoleName: role.name,
      Description: 'tenant-keys: made by npm run test:endpoint, which removes it again',
      MaxSessionDuration: role.maxSessionDurationSeconds,
      AssumeRolePolicyDocument: JSON.stringify(
        callerArn === undefined ? trust : withCaller(trust, callerArn),
      ),
    });
  } catch (error) {
    // The answer was lost and the SDK asked again. The name is random, so the role is this run's.
    if (!isNamed(error, 'EntityAlreadyExists', 'EntityAlreadyExistsException')) throw error;
  }
  for (const [index, policy] of role.identityPolicies.entries()) {
    await iam.putRolePolicy({
      RoleName: role.name,
      PolicyName: `Policy${index}`,
      PolicyDocument: JSON.stringify(policy.source),
    });
  }
}

const withCaller = (trust: Readonly<Record<string, unknown>>, callerArn: string) => ({
  ...trust,
  Statement: [
    ...[trust.Statement].flat(),
    {
      Sid: 'CallerOfThisRun',
      Effect: 'Allow',
      Principal: { AWS: callerArn },
      Action: 'sts:AssumeRole',
    },
  ],
});

/** Does nothing where there is no such role. */
export async function deleteRole(iam: IAM, name: string): Promise<void> {
  try {
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: name });
    for (const PolicyName of PolicyNames) {
      await iam.deleteRolePolicy({ RoleName: name, PolicyName });
    }
    await iam.deleteRole({ RoleName: name });
  } catch (error) {
    if (!isNamed(error, 'NoSuchEntity', 'NoSuchEntityException')) throw error;
  }
}
