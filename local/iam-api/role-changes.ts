/**
 * What IAM's API changes: the roles of an account that no template declares. Invariant: a policy that the evaluator does
 * not understand to its last element is refused, so none is ever ignored.
 */
import type { Call, Operation } from '../aws/operation.ts';
import { type Input, refuseOthers } from '../aws/query-input.ts';
import { resourceTags } from '../aws/resource-tags.ts';
import { uniqueId } from '../aws/unique-id.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { tagContext } from '../sts/request-tags.ts';
import { accountOf, type IamAccount } from './account.ts';
import { namesOf } from './input.ts';
import { settingsOf } from './role-request.ts';
import type { RoleStore } from './role-store.ts';
import { described, notFound } from './roles.ts';
import { roleArn, type StoredRole, storedRole } from './stored-role.ts';

/** Without white space: "IAM and AWS STS quotas", IAM user guide. */
const maxTrustPolicyLength = 2048;
const maxInlinePoliciesLength = 10_240;

interface Changed {
  readonly account: IamAccount;
  readonly store: RoleStore;
  readonly role: StoredRole;
}

/** @returns the operations, each of the account of its caller */
export function roleChanges(accounts: readonly IamAccount[]): Readonly<Record<string, Operation>> {
  /** @throws AwsError AccessDenied, NoSuchEntity */
  const changed = (operation: string, name: string, call: Call): Changed => {
    const { account, store } = changeable(accounts, call);
    const role = store.find(name);
    const resource = roleArn(account, role ?? { path: '/', name });
    call.authorize({ action: `iam:${operation}`, resource, context: resourceTags(role?.tags) });
    if (role === undefined) throw notFound(`The role with name ${name} cannot be found.`);
    return { account, store, role };
  };
  return {
    CreateRole: (input, call) => createRole(changeable(accounts, call), input, call),
    UpdateAssumeRolePolicy(input, call) {
      refuseOthers('UpdateAssumeRolePolicy', input, ['RoleName', 'PolicyDocument']);
      const names = namesOf(input, 'RoleName', 'PolicyDocument');
      const { store, role } = changed('UpdateAssumeRolePolicy', names.RoleName, call);
      putRole(store, { ...role, trustPolicy: names.PolicyDocument });
      return {};
    },
    PutRolePolicy(input, call) {
      refuseOthers('PutRolePolicy', input, ['RoleName', 'PolicyName', 'PolicyDocument']);
      const names = namesOf(input, 'RoleName', 'PolicyName', 'PolicyDocument');
      const { store, role } = changed('PutRolePolicy', names.RoleName, call);
      const policy = { name: names.PolicyName, document: names.PolicyDocument };
      putRole(store, { ...role, policies: [...without(role, policy.name), policy] });
      return {};
    },
    DeleteRolePolicy(input, call) {
      const { RoleName, PolicyName } = namesOf(input, 'RoleName', 'PolicyName');
      const { store, role } = changed('DeleteRolePolicy', RoleName, call);
      const policies = without(role, PolicyName);
      if (policies.length === role.policies.length)
        throw notFound(`The role policy with name ${PolicyName} cannot be found.`);
      putRole(store, { ...role, policies });
      return {};
    },
    // Its sessions end with it, since each is asked for its role at every call.
    DeleteRole(input, call) {
      const { RoleName } = namesOf(input, 'RoleName');
      const { store, role } = changed('DeleteRole', RoleName, call);
      if (role.policies.length > 0)
        throw conflict('DeleteConflict', 'Cannot delete entity, must delete policies first.');
      store.delete(role);
      return {};
    },
  };
}

const settable = [
  'RoleName',
  'Path',
  'AssumeRolePolicyDocument',
  'Description',
  'MaxSessionDuration',
  'Tags',
];

function createRole({ account, store }: Omit<Changed, 'role'>, input: Input, call: Call): object {
  refuseOthers('CreateRole', input, settable);
  const names = namesOf(input, 'RoleName', 'AssumeRolePolicyDocument');
  const role: StoredRole = {
    name: names.RoleName,
    ...settingsOf(input),
    roleId: uniqueId('AROA', 17),
    createdAt: account.clock.now().getTime(),
    trustPolicy: names.AssumeRolePolicyDocument,
    policies: [],
  };
  const resource = roleArn(account, role);
  authorizeNewRole(call, resource, role.tags);
  if (store.find(role.name) !== undefined)
    throw conflict('EntityAlreadyExists', `Role with name ${role.name} already exists.`);
  putRole(store, role);
  const made = store.roles.get(resource);
  return { Role: made && described(made, new Date(role.createdAt)) };
}

/** @throws AwsError AccessDenied */
export function authorizeNewRole(call: Call, resource: string, tags: StoredRole['tags']): void {
  const context = tagContext(tags);
  call.authorize({ action: 'iam:CreateRole', resource, context });
  if (Object.keys(tags).length > 0) call.authorize({ action: 'iam:TagRole', resource, context });
}

/** @throws AwsError ValidationError, MalformedPolicyDocument, LimitExceeded */
export function putRole(store: RoleStore, role: StoredRole): void {
  // A name that CloudFormation made of a stack's may be too long.
  if (!storedRole.safeParse(role).success)
    throw new AwsError('ValidationError', `IAM takes no role ${role.name} as it is given`);
  const inlineLength = role.policies.reduce((sum, { document }) => sum + lengthOf(document), 0);
  if (lengthOf(role.trustPolicy) > maxTrustPolicyLength)
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${maxTrustPolicyLength}`);
  if (inlineLength > maxInlinePoliciesLength)
    throw limitExceeded(
      `Maximum policy size of ${maxInlinePoliciesLength} bytes exceeded for role ${role.name}`,
    );
  try {
    store.put(role);
  } catch (error) {
    if (!/PolicyError$/.test((error as Error).name)) throw error;
    throw new AwsError('MalformedPolicyDocument', (error as Error).message);
  }
}

const lengthOf = (policy: string): number => policy.replace(/\s/g, '').length;

const without = ({ policies }: StoredRole, policyName: string) =>
  policies.filter(({ name }) => name !== policyName);

/** @throws AwsError UnknownOperationException for an account whose roles are a template's */
function changeable(accounts: readonly IamAccount[], call: Call): Omit<Changed, 'role'> {
  const account = accountOf(accounts, call);
  if (account.store !== undefined) return { account, store: account.store };
  throw new AwsError(
    'UnknownOperationException',
    `The local stack has no changes of roles in account ${account.accountId}: they are the template's, and change with it.`,
  );
}

const conflict = (name: string, message: string) => new AwsError(name, message, 409);

const limitExceeded = (message: string) => conflict('LimitExceeded', message);
