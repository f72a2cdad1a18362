/** The Principal of a statement: whom a policy of a resource names. */
import { and, equal, type Formula, literal, no, or, yes } from './formula.ts';
import type { PolicyKind } from './keys.ts';
import { isIdentity, type SymbolicRequest } from './request.ts';
import { UnknownPolicyElement } from './value-text.ts';

/** How a statement names a caller: directly, or through its account. */
interface Reach {
  readonly direct: Formula;
  readonly account: Formula;
}

/**
 * No IAM identity is ever a service, and no service is one of an account.
 * @throws UnknownPolicyElement
 */
export function principalOf(
  principal: unknown,
  { caller }: SymbolicRequest,
  kind: PolicyKind,
): Reach {
  if ((principal === undefined) !== (kind === 'identity')) {
    throw new UnknownPolicyElement(`a policy of the kind ${kind} with the principal ${principal}`);
  }
  if (principal === undefined || principal === '*') return { direct: yes, account: no };
  const named = Object.entries(principal as Record<string, string | readonly string[]>);
  const reaches = named.flatMap(([type, names]) =>
    [names].flat().map((name): Reach => {
      if (/[*?]/.test(name) && !(type === 'AWS' && name === '*')) {
        throw new UnknownPolicyElement(`a wildcard in the principal ${name}`);
      }
      if (type === 'Service') return { direct: equal(caller.service, literal(name)), account: no };
      if (type !== 'AWS') throw new UnknownPolicyElement(`a principal of the kind ${type}`);
      if (name === '*') return { direct: yes, account: no };
      const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
      if (account !== undefined) {
        const isOf = equal(caller.accountId, literal(account));
        return { direct: no, account: and(isIdentity(caller), isOf) };
      }
      // A unique id stands for one that is deleted, or names one of which the formulas know the ARN only.
      if (!name.startsWith('arn:')) throw new UnknownPolicyElement(`the principal ${name}`);
      const arn = literal(name);
      return { direct: or(equal(caller.arn, arn), equal(caller.principalArn, arn)), account: no };
    }),
  );
  return {
    direct: or(...reaches.map(({ direct }) => direct)),
    account: or(...reaches.map(({ account }) => account)),
  };
}
