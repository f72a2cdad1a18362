/**
 * A role with all of its policies, inline and managed. A permissions boundary is left out: it takes rights and gives
 * none, so that what is proved without it holds with it. So are tags of AWS's own, of which nothing is asked.
 */
import { paginateListAttachedRolePolicies, paginateListRolePolicies } from '@aws-sdk/client-iam';
import type { Clients } from './clients.ts';
import { documentOf } from './policy-text.ts';

export async function readRole({ iam }: Clients, RoleName: string) {
  const { Role } = await iam.getRole({ RoleName });
  const tags = (Role?.Tags ?? []).filter(({ Key = '' }) => !Key.startsWith('aws:'));
  const trust = documentIn(`${RoleName}'s trust`, Role?.AssumeRolePolicyDocument);
  return {
    properties: {
      AssumeRolePolicyDocument: trust,
      Policies: [
        ...(await inlinePolicies(iam, RoleName)),
        ...(await managedPolicies(iam, RoleName)),
      ],
      Tags: tags.map(({ Key, Value }) => ({ Key, Value })),
    },
    identity: {
      ref: RoleName,
      attributes: { Arn: Role?.Arn ?? '', RoleId: Role?.RoleId ?? '' },
    },
  };
}

type Iam = Clients['iam'];

async function inlinePolicies(iam: Iam, RoleName: string) {
  const names: string[] = [];
  for await (const page of paginateListRolePolicies({ client: iam }, { RoleName })) {
    names.push(...(page.PolicyNames ?? []));
  }
  return Promise.all(
    names.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName });
      return {
        PolicyName,
        PolicyDocument: documentIn(`${RoleName}'s ${PolicyName}`, PolicyDocument),
      };
    }),
  );
}

/** The template attaches none; somebody may have. */
async function managedPolicies(iam: Iam, RoleName: string) {
  const arns: string[] = [];
  for await (const page of paginateListAttachedRolePolicies({ client: iam }, { RoleName })) {
    arns.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn = '' }) => PolicyArn));
  }
  return Promise.all(
    arns.map(async (PolicyArn) => {
      const { Policy } = await iam.getPolicy({ PolicyArn });
      const VersionId = Policy?.DefaultVersionId;
      const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId });
      return {
        PolicyName: PolicyArn,
        PolicyDocument: documentIn(PolicyArn, PolicyVersion?.Document),
      };
    }),
  );
}

/** IAM gives documents percent-encoded (API reference, GetRolePolicy). */
const documentIn = (name: string, encoded = '') => documentOf(name, decodeURIComponent(encoded));
