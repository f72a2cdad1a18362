/** The Principal of a statement: the callers that a resource policy names. */
import type { CallerIdentity } from './decision.ts';
import {
  inside,
  isObject,
  MalformedPolicyError,
  type Place,
  stringsOf,
  UnsupportedPolicyError,
} from './policy-error.ts';

type PrincipalEntry =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'arn'; readonly arn: string }
  | { readonly kind: 'service'; readonly service: string };

export type Principal = readonly PrincipalEntry[];

/**
 * How a statement names a caller: directly, or through its account. An Allow for the account only lets the account's
 * IAM policies count.
 */
export type Reach = 'direct' | 'account';

const account = /^\d{12}$/;
const accountRoot = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const identity =
  /^arn:aws[a-z-]*:(iam::\d{12}:(user|role)\/[\w+=,.@/-]+|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const service = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;

/** @throws MalformedPolicyError, UnsupportedPolicyError */
export function parsePrincipal(value: unknown, statement: Place): Principal {
  const place = inside(statement, 'Principal');
  if (value === '*') return [{ kind: 'anyone' }];
  const members = isObject(value) ? Object.entries(value) : [];
  if (members.length === 0) {
    throw new MalformedPolicyError(place, 'it must be "*" or an object such as {"AWS": "arn:..."}');
  }
  return members.flatMap(([type, names]) => {
    if (type === 'AWS') return stringsOf(names, place).map((name) => awsPrincipal(name, place));
    if (type === 'Service')
      return stringsOf(names, place).map((name) => servicePrincipal(name, place));
    throw new UnsupportedPolicyError(place, `${type} is not supported; use AWS or Service`);
  });
}

function awsPrincipal(name: string, place: Place): PrincipalEntry {
  if (name === '*') return { kind: 'anyone' };
  if (account.test(name)) return { kind: 'account', accountId: name };
  const root = accountRoot.exec(name)?.[1];
  if (root !== undefined) return { kind: 'account', accountId: root };
  if (identity.test(name)) return { kind: 'arn', arn: name };
  throw new MalformedPolicyError(
    place,
    `"${name}" is not *, an account id, or the whole ARN of an account root, user, role or session; AWS takes no wildcard in a part of it`,
  );
}

function servicePrincipal(name: string, place: Place): PrincipalEntry {
  if (service.test(name)) return { kind: 'service', service: name };
  throw new MalformedPolicyError(place, `"${name}" is not a service such as lambda.amazonaws.com`);
}

/** @returns nothing where the principal does not name the caller; no IAM identity is ever a service */
export function reachOf(principal: Principal, caller: CallerIdentity): Reach | undefined {
  const direct = principal.some(
    (entry) =>
      entry.kind === 'anyone' ||
      (entry.kind === 'service' && entry.service === caller.service) ||
      (entry.kind === 'arn' && (entry.arn === caller.arn || entry.arn === caller.principalArn)),
  );
  if (direct) return 'direct';
  const throughAccount = principal.some(
    (entry) => entry.kind === 'account' && entry.accountId === caller.accountId,
  );
  return throughAccount ? 'account' : undefined;
}
