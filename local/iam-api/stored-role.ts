/** A role that IAM's API made, as its store keeps it, and the role that it is to STS and the evaluator. */
import { z } from 'zod';
import { parsePolicy } from '../iam/policy-document.ts';
import type { Role } from '../sts/role.ts';
import { parseTrustPolicy } from './trust-policy.ts';

const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/);

export const storedRole = z.strictObject({
  name: roleName,
  /** begins and ends with a slash */
  path: z.string().regex(/^\/([!-~]+\/)?$/),
  roleId: z.string().regex(/^AROA[A-Z0-9]{17}$/),
  /** in milliseconds since the epoch */
  createdAt: z.int(),
  description: z.string().optional(),
  maxSessionDurationSeconds: z.int().min(3600).max(43_200),
  tags: z.record(z.string(), z.string()),
  /** the policies are the texts as they were set */
  trustPolicy: z.string(),
  policies: z.array(z.strictObject({ name: z.string(), document: z.string() })).readonly(),
});

export type StoredRole = Readonly<z.output<typeof storedRole>>;

export interface RoleAccount {
  readonly partition: string;
  readonly accountId: string;
}

export const roleArn = (
  { partition, accountId }: RoleAccount,
  { path, name }: Pick<StoredRole, 'path' | 'name'>,
): string => `arn:${partition}:iam::${accountId}:role${path}${name}`;

/** @throws MalformedPolicyError, UnsupportedPolicyError for what the evaluator does not know */
export function roleOf(account: RoleAccount, stored: StoredRole): Role {
  const { name, policies } = stored;
  return {
    arn: roleArn(account, stored),
    name,
    roleId: stored.roleId,
    createdAt: new Date(stored.createdAt),
    trustPolicy: parseTrustPolicy(stored.trustPolicy, `${name}/TrustPolicy`),
    identityPolicies: policies.map((policy) =>
      parsePolicy(policy.document, `${name}/${policy.name}`, 'identity'),
    ),
    tags: stored.tags,
    maxSessionDurationSeconds: stored.maxSessionDurationSeconds,
  };
}
