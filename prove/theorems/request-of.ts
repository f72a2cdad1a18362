/** The request of a question, with what holds of every request. */
import {
  and,
  equal,
  type Formula,
  implies,
  like,
  literal,
  not,
  or,
  type Text,
  yes,
} from '../formula/formula.ts';
import { allowed, type Policy, requestDecidedBy } from '../formula/policy.ts';
import { keyId, type SymbolicRequest } from '../formula/request.ts';
import { patternOf } from '../formula/value-text.ts';
import { ownTenantKey, type StackPolicies } from '../stack-policies.ts';
import type { CallerKind } from './callers.ts';

export interface Asked {
  readonly caller: CallerKind;
  /** of the resource, where it has one */
  readonly resource?: Policy;
  readonly isTrust?: boolean;
  /** instead of the caller's own policies: a lock that is taken off */
  readonly identity?: readonly Policy[] | 'anything';
  /** where a question is of one action, in lower case: then most of the policies' statements are out of the question */
  readonly action?: string;
  /** where a question is of one resource: its ARN */
  readonly target?: string;
  /** values that the theorem asks for among the several of a key, as policies write them */
  readonly compares?: Readonly<Record<string, readonly string[]>>;
}

export interface Request extends SymbolicRequest {
  readonly asked: Asked;
  /** that such a request of this caller is allowed */
  readonly isAllowed: Formula;
  /** the tenant whose key or row is asked for: any text */
  readonly tenant: Text;
}

export function requestOf(asked: Asked): Request {
  const { caller, resource, isTrust, identity = caller.identity, compares = {} } = asked;
  const { action, target } = asked;
  const policies = [...(identity === 'anything' ? [] : identity), ...(resource ? [resource] : [])];
  const theorem: Policy = {
    name: 'theorem',
    statements: [{ Effect: 'Deny', Condition: { 'ForAnyValue:StringEquals': compares } }],
  };
  const request = requestDecidedBy('request', [...policies, theorem]);
  const known = withKnown(request, asked);
  const decided = { identity, ...(resource && { resource }), ...(isTrust && { isTrust }) };
  return {
    ...known,
    asked,
    tenant: request.value(ownTenantKey),
    isAllowed: and(
      request.laws(),
      caller.facts(request),
      action === undefined ? yes : equal(request.action, known.action),
      target === undefined ? yes : equal(request.resource, known.resource),
      // The tenant is there, and no text of it is empty.
      request.present(ownTenantKey),
      not(equal(request.value(ownTenantKey), literal(''))),
      allowed(decided, known),
    ),
  };
}

function withKnown(
  request: SymbolicRequest,
  { caller: { known = {} }, action, target }: Asked,
): SymbolicRequest {
  const { principalArn } = known;
  return {
    ...request,
    action: action === undefined ? request.action : literal(action),
    resource: target === undefined ? request.resource : literal(target),
    caller: { ...request.caller, ...known },
    value: (key) =>
      keyId(key) === 'aws:principalarn' && principalArn ? principalArn : request.value(key),
  };
}

/** @param patterns actions as policies write them */
export const isAction = (
  { action }: Pick<SymbolicRequest, 'action'>,
  patterns: readonly string[],
): Formula => or(...patterns.map((pattern) => like(action, patternOf(pattern.toLowerCase()))));

/** @returns that the request has the key, with this value */
export const has = (
  { present, value }: Pick<SymbolicRequest, 'present' | 'value'>,
  key: string,
  wanted: Text,
): Formula => and(present(key), equal(value(key), wanted));

/** AWS sets it where DynamoDB calls KMS for the caller; nobody can set it in a request of their own. */
export const throughDynamoDB = (request: Request, { tables }: StackPolicies): Formula =>
  has(request, 'kms:ViaService', literal(`dynamodb.${tables.rows.split(':')[3]}.amazonaws.com`));

/** In the encryption context of what CloudTrail encrypted: it names the trail. */
export const isOfTrail = (request: Request, { trail }: StackPolicies): Formula =>
  has(request, 'kms:EncryptionContext:aws:cloudtrail:arn', literal(trail));

/** @returns that the value is among those of the key; one that the question `compares` */
export function isAmong({ members }: SymbolicRequest, key: string, value: Text): Formula {
  const found = members(key).tracked.find((one) => sameText(one.value, value));
  if (found === undefined) throw new Error(`the question does not compare ${key} with that value`);
  return found.isMember;
}

const sameText = (one: Text, other: Text) => JSON.stringify(one) === JSON.stringify(other);

/** @returns that the key has this value and no other */
export function hasOnly({ members, present }: SymbolicRequest, key: string, value: Text): Formula {
  const { tracked, other } = members(key);
  return and(
    present(key),
    not(other),
    ...tracked.map((one) => implies(one.isMember, equal(one.value, value))),
  );
}
