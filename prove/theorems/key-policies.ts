/** What a key's policy allows by itself, to whom no policy of their own allows anything. */
import { and, equal, type Formula, literal, not, or } from '../formula/formula.ts';
import type { Policy } from '../formula/policy.ts';
import { isService } from '../formula/request.ts';
import { type StackPolicies, signingKeysOf } from '../stack-policies.ts';
import { everybody, withoutPolicies } from './callers.ts';
import { isAction, type Request, requestOf, throughDynamoDB } from './request-of.ts';
import { titleOfSigningKey } from './signing-keys.ts';
import type { Question, Theorem } from './theorem.ts';

interface Key {
  readonly title: string;
  readonly policy: Policy;
  /** what its policy is to allow by itself */
  readonly allows: (request: Request) => Formula;
}

const isSession = ({ caller }: Request, title: string, stack: StackPolicies): Formula =>
  equal(caller.principalArn, literal(stack.role(title).arn));

const keysOf = (stack: StackPolicies): Key[] => [
  {
    title: "a tenant's key",
    policy: stack.tenantKeyPolicy,
    allows: (request) => isSession(request, 'ControlPlaneRole', stack),
  },
  ...signingKeysOf(stack).map(({ policy }, at) => ({
    title: titleOfSigningKey(at),
    policy,
    allows: (request: Request) =>
      and(
        isSession(request, 'CertificatesRole', stack),
        isAction(request, ['kms:Sign', 'kms:GetPublicKey']),
      ),
  })),
  {
    title: "the product's own key",
    policy: stack.key('ProductKey').policy,
    allows: (request) => or(throughDynamoDB(request, stack), isService(request.caller)),
  },
];

export const keyPolicies: Theorem = {
  id: '3.2',
  sentence:
    "Who has no policy of their own can do nothing with a key, but for the control plane with a tenant's, the certificates function that signs, and whoever uses the product's own key through DynamoDB, or is a service of AWS.",
  questions: (stack) =>
    keysOf(stack).flatMap(({ title, policy, allows }) =>
      everybody(stack).map((one): Question => {
        const caller = withoutPolicies(one);
        const request = requestOf({ caller, resource: policy });
        return {
          about: `${caller.title}, on ${title}`,
          counterexample: [request.isAllowed, isAction(request, ['kms:*']), not(allows(request))],
          request,
        };
      }),
    ),
};
