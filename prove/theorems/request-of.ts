/** The request of a question, with what holds of every request. */
import { and, equal, type Formula, like, literal, not, type Text } from '../formula/formula.ts';
import { allowed, comparedIn, type Policy } from '../formula/policy.ts';
import { type SymbolicRequest, symbolicRequest } from '../formula/request.ts';
import { patternOf } from '../formula/value-text.ts';
import { ownTenantKey } from '../stack-policies.ts';
import type { CallerKind } from './callers.ts';

export interface Asked {
  readonly caller: CallerKind;
  /** of the resource, where it has one */
  readonly resource?: Policy;
  readonly isTrust?: boolean;
  /** instead of the caller's own policies: a lock that is taken off */
  readonly identity?: readonly Policy[] | 'anything';
}

export interface Request extends SymbolicRequest {
  /** that such a request of this caller is allowed */
  readonly isAllowed: Formula;
  /** the tenant whose key or row is asked for: any text */
  readonly tenant: Text;
}

export function requestOf({
  caller,
  resource,
  isTrust,
  identity = caller.identity,
}: Asked): Request {
  const policies = [...(identity === 'anything' ? [] : identity), ...(resource ? [resource] : [])];
  const unnamed = symbolicRequest('request', new Map());
  const request = symbolicRequest('request', comparedIn(policies, unnamed));
  const decided = { identity, ...(resource && { resource }), ...(isTrust && { isTrust }) };
  return {
    ...request,
    tenant: request.value(ownTenantKey),
    isAllowed: and(
      request.laws(),
      caller.facts(request),
      // The tenant is there, and no text of it is empty.
      request.present(ownTenantKey),
      not(equal(request.value(ownTenantKey), literal(''))),
      allowed(decided, request),
    ),
  };
}

/** @param patterns actions as policies write them */
export const isAction = (
  { action }: SymbolicRequest,
  patterns: readonly string[],
): readonly Formula[] => patterns.map((pattern) => like(action, patternOf(pattern.toLowerCase())));

/** @returns that the request has the key, with this value */
export const has = (request: SymbolicRequest, key: string, value: Text): Formula =>
  and(request.present(key), equal(request.value(key), value));
