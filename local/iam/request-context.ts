/**
 * The values of a request's condition keys. Invariant: what describes the caller comes from the caller's
 * credentials alone; a value that the request gives for such a key is ignored.
 */
import { type ConditionKey, keyId } from './condition-keys.ts';
import type { AccessRequest, CallerIdentity, ConditionContext } from './decision.ts';

/** A request gives two values for a key that has one. */
export class AmbiguousKeyError extends Error {
  override readonly name = 'AmbiguousKeyError';
}

export interface RequestContext {
  /** @returns nothing where the key is absent; @throws AmbiguousKeyError */
  values(key: ConditionKey): readonly string[] | undefined;
}

/** The keys that describe the caller. */
const ofTheCaller =
  /^(aws:(principal(arn|account|type|isawsservice|tag\/.*)|userid|username)|lambda:sourcefunctionarn)$/s;

export function requestContext(caller: CallerIdentity, request: AccessRequest): RequestContext {
  const found = new Map<string, readonly string[]>();
  add(found, { 'aws:ViaAWSService': 'false' });
  const given = Object.entries(request.context);
  add(found, Object.fromEntries(given.filter(([name]) => !ofTheCaller.test(keyId(name)))));
  add(found, callerContext(caller));
  return {
    values(key) {
      const values = found.get(key.id);
      if (values === undefined || values.length === 0) return undefined;
      // To a set operator a set of empty strings is an empty set, and `Null: false` guards against it
      // as against an absent key. A single empty string, such as an empty tag, is a value.
      if (key.multiple) return values.some((value) => value !== '') ? values : undefined;
      if (new Set(values).size === 1) return values.slice(0, 1);
      throw new AmbiguousKeyError(
        `the request gives ${key.name} more than once with different values; names that differ only in case are one key to IAM`,
      );
    },
  };
}

/** Joins the values of names that differ only in case, except where the service's own replace a default. */
function add(found: Map<string, readonly string[]>, context: ConditionContext): void {
  const batch = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(context)) {
    if (value === undefined) continue;
    const values = typeof value === 'string' ? [value] : value;
    batch.set(keyId(name), [...(batch.get(keyId(name)) ?? []), ...values]);
  }
  for (const [id, values] of batch) found.set(id, values);
}

function callerContext(caller: CallerIdentity): ConditionContext {
  const userName = /:user\/(?:.*\/)?([^/]+)$/.exec(caller.principalArn)?.[1];
  const isRoot = caller.principalArn.endsWith(':root');
  const isUser = userName !== undefined;
  if (caller.service !== undefined) return { 'aws:PrincipalIsAWSService': 'true' };
  return {
    'aws:PrincipalArn': caller.principalArn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': isRoot ? 'Account' : isUser ? 'User' : 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.userId,
    'aws:username': userName,
    'lambda:SourceFunctionArn': caller.sourceFunctionArn,
    ...Object.fromEntries(
      Object.entries(caller.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
    ),
  };
}
