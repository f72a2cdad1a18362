/** Roles and their policies, as IAM's API tells of them. Invariant: nothing is told before IAM allowed to read it. */
import type { Call, Operation } from '../aws/operation.ts';
import type { Input } from '../aws/query-input.ts';
import { resourceTags } from '../aws/resource-tags.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { Role } from '../sts/role.ts';
import { accountOf, type IamAccount } from './account.ts';
import { listed, namesOf } from './input.ts';

/** @returns the operations, each of the account of its caller */
export function roleOperations(
  accounts: readonly IamAccount[],
): Readonly<Record<string, Operation>> {
  const createdAt = accounts[0]?.clock.now() ?? new Date(0);
  const rolesOf = (call: Call) =>
    [...accountOf(accounts, call).roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const roleOf = (action: string, input: Input, call: Call): Role => {
    const { RoleName } = namesOf(input, 'RoleName');
    const role = rolesOf(call).find(({ name }) => name === RoleName);
    const resource = role?.arn ?? `${rolesArn(accountOf(accounts, call))}${RoleName}`;
    call.authorize({ action, resource, context: resourceTags(role?.tags) });
    if (role === undefined) throw notFound(`The role with name ${RoleName} cannot be found.`);
    return role;
  };
  return {
    GetRole(input, call) {
      const role = roleOf('iam:GetRole', input, call);
      const Tags = Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value }));
      return { Role: { ...described(role, createdAt), Tags } };
    },
    // As on AWS without their tags.
    ListRoles(input, call) {
      call.authorize({ action: 'iam:ListRoles', resource: rolesArn(accountOf(accounts, call)) });
      const prefix = String(input.PathPrefix ?? '/');
      const found = rolesOf(call).filter((role) => pathOf(role).startsWith(prefix));
      const shown = found.map((role) => described(role, createdAt));
      return listed(input, 'Roles', shown, ({ RoleName }) => RoleName);
    },
    ListRolePolicies(input, call) {
      const role = roleOf('iam:ListRolePolicies', input, call);
      const names = role.identityPolicies.map(nameOf).sort();
      return listed(input, 'PolicyNames', names, (name) => name);
    },
    GetRolePolicy(input, call) {
      const { PolicyName } = namesOf(input, 'RoleName', 'PolicyName');
      const role = roleOf('iam:GetRolePolicy', input, call);
      const policy = role.identityPolicies.find((one) => nameOf(one) === PolicyName);
      if (policy === undefined) {
        throw notFound(`The role policy with name ${PolicyName} cannot be found.`);
      }
      return { RoleName: role.name, PolicyName, PolicyDocument: encoded(policy) };
    },
    // There are none: a template with managed policies stops the start.
    ListAttachedRolePolicies(input, call) {
      roleOf('iam:ListAttachedRolePolicies', input, call);
      return listed(input, 'AttachedPolicies', [], String);
    },
  };
}

const rolesArn = ({ partition, accountId }: IamAccount): string =>
  `arn:${partition}:iam::${accountId}:role/`;

/** @returns with a slash at its beginning and end */
export const pathOf = ({ arn, name }: Role): string =>
  arn.slice(arn.indexOf(':role/') + ':role'.length, -name.length);

export const described = (role: Role, createdAt: Date) => ({
  Path: pathOf(role),
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: (role.createdAt ?? createdAt).toISOString(),
  AssumeRolePolicyDocument: encoded(role.trustPolicy),
  MaxSessionDuration: role.maxSessionDurationSeconds,
});

/** A policy of a template is named `<logical id>/<PolicyName>`, and neither has a slash. */
const nameOf = ({ name }: PolicyDocument): string => name.slice(name.indexOf('/') + 1);

/** Percent-encoded as RFC 3986 has it (API reference, GetRolePolicy): more than `encodeURIComponent` does. */
const encoded = ({ source }: PolicyDocument): string =>
  encodeURIComponent(JSON.stringify(source)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const notFound = (message: string) => new AwsError('NoSuchEntity', message, 404);
