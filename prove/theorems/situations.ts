/**
 * The stack with locks taken off, so that those that are left must hold alone. A tenant's key has two locks: the
 * policies of who calls, and the key's own policy.
 */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { and, equal, type Formula, literal, not } from '../formula/formula.ts';
import { type Policy, policyOf } from '../formula/policy.ts';
import type { StackPolicies } from '../stack-policies.ts';
import type { CallerKind } from './callers.ts';
import { has, type Request, requestOf } from './request-of.ts';

export interface Situation {
  /** in the words of the questions; empty for the stack as it is deployed */
  readonly title: string;
  /** whether whoever calls may do anything by policies of their own */
  readonly isCallerOpen: boolean;
  readonly keyPolicy: (stack: StackPolicies) => Policy;
}

const careless = ({ accountId }: StackPolicies) =>
  policyOf('Careless', {
    Statement: [
      {
        Sid: 'Careless',
        Effect: 'Allow',
        Principal: { AWS: accountId },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

const asDeployed = ({ tenantKeyPolicy }: StackPolicies) => tenantKeyPolicy;
/** The key's policy, to which somebody added that the account may do everything. */
export const carelessly = (policy: Policy, stack: StackPolicies): Policy => ({
  ...policy,
  statements: [...policy.statements, ...careless(stack).statements],
});
const tenantKeyCarelessly = (stack: StackPolicies) => carelessly(stack.tenantKeyPolicy, stack);
const withoutDenies = ({ tenantKeyPolicy }: StackPolicies): Policy => ({
  ...tenantKeyPolicy,
  statements: tenantKeyPolicy.statements.filter(({ Effect }) => Effect === 'Allow'),
});

export const deployed: Situation = { title: '', isCallerOpen: false, keyPolicy: asDeployed };

export const callerOpen: Situation = {
  title: ', whose own policies allow everything',
  isCallerOpen: true,
  keyPolicy: asDeployed,
};

export const keyOpen: Situation = {
  title: ", where the key's policy leaves everything to the account",
  isCallerOpen: false,
  keyPolicy: careless,
};

export const keyCareless: Situation = {
  title: ", where somebody added Allow kms:* for the account to the key's policy",
  isCallerOpen: false,
  keyPolicy: tenantKeyCarelessly,
};

export const bothCareless: Situation = {
  title: `${callerOpen.title}${keyCareless.title}`,
  isCallerOpen: true,
  keyPolicy: tenantKeyCarelessly,
};

export const callerOpenKeyUndenied: Situation = {
  title: `${callerOpen.title}, where the key's policy has lost its Denies`,
  isCallerOpen: true,
  keyPolicy: withoutDenies,
};

const exactKeys = 'kms:EncryptionContextKeys';

/** A request that names a tenant's key, in the situation. */
export const onTenantKey = (
  caller: CallerKind,
  { isCallerOpen, keyPolicy }: Situation,
  stack: StackPolicies,
  action?: string,
): Request => {
  const request = requestOf({
    caller,
    resource: keyPolicy(stack),
    ...(isCallerOpen && { identity: 'anything' }),
    ...(action && { action: action.toLowerCase() }),
    compares: { [exactKeys]: [tenantIdTag] },
  });
  return { ...request, isAllowed: and(request.isAllowed, isTenantKey(request, stack)) };
};

/** The product makes no tenant's key without the tenant's tag. The canary's keys and the product's are none. */
const isTenantKey = (request: Request, { keys }: StackPolicies): Formula =>
  and(
    has(request, `aws:ResourceTag/${tenantIdTag}`, request.tenant),
    ...keys
      .filter(({ title }) => !title.startsWith('DeclaredTenants'))
      .map(({ arn }) => not(equal(request.resource, literal(arn)))),
  );
