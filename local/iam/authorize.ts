/**
 * The one decision. Invariant: a request is allowed only if an Allow is found and no Deny; whatever is
 * missing, unknown or ambiguous is a refusal. With a resource policy that policy must allow too: an
 * identity policy counts only where the resource policy lets the account's IAM policies count. Across accounts both the
 * caller's identity policies and the resource's policy must allow, however the latter names the caller. Source:
 * "Cross-account policy evaluation logic", IAM user guide.
 */
import { accountOf } from './arn.ts';
import type { Caller } from './caller.ts';
import type { AccessRequest, Decision, StatementName } from './decision.ts';
import type { PolicyDocument, PolicyKind } from './policy-document.ts';
import { AmbiguousKeyError, requestContext } from './request-context.ts';
import { type Allow, titleOf, type Verdict, verdictOf } from './verdict.ts';

/**
 * @param resourcePolicy the key policy or trust policy of the resource, where it has one
 * @returns the decision; it never throws for what a request holds
 * @throws TypeError when a policy of the one kind is given as the other
 */
export function authorize(
  caller: Caller,
  request: AccessRequest,
  resourcePolicy?: PolicyDocument,
): Decision {
  requireKind(caller.identityPolicies, 'identity');
  requireKind(resourcePolicy === undefined ? [] : [resourcePolicy], 'resource');
  try {
    const evaluated = { caller, request, context: requestContext(caller, request) };
    const identity = verdictOf(caller.identityPolicies, evaluated);
    const resource = resourcePolicy && verdictOf([resourcePolicy], evaluated);
    if (isForeign(caller, request.resource)) return decideAcrossAccounts(identity, resource);
    return resource === undefined ? decide(identity) : decideWithResource(identity, resource);
  } catch (error) {
    if (!(error instanceof AmbiguousKeyError)) throw error;
    return { allowed: false, kind: 'implicit-deny', reasons: [error.message] };
  }
}

/** Whether a resource is of another account than the caller. */
export function isForeign(caller: Caller, resource: string): boolean {
  const owner = accountOf(resource);
  return owner !== undefined && owner !== caller.accountId;
}

function requireKind(policies: readonly PolicyDocument[], kind: PolicyKind): void {
  const wrong = policies.find((policy) => policy.kind !== kind);
  if (wrong !== undefined) throw new TypeError(`${wrong.name} is not a policy of kind ${kind}`);
}

function nameOf({ policy, statement }: StatementName): StatementName {
  return { policy, statement };
}

/** For a resource without a policy of its own. */
function decide(identity: Verdict): Decision {
  return explicitDeny(identity) ?? allowedBy(identity.allows[0]) ?? refusal('identity', identity);
}

function decideWithResource(identity: Verdict, resource: Verdict): Decision {
  const direct = resource.allows.find((allow) => allow.reach === 'direct');
  const delegating = resource.allows[0];
  return (
    explicitDeny(identity, resource) ??
    allowedBy(direct) ??
    (delegating === undefined ? refusal('resource', resource, identity) : undefined) ??
    allowedBy(identity.allows[0], delegating) ??
    refusal('identity', identity)
  );
}

/**
 * The caller's account decides first. What the other account's policy says is asked only of a caller whom the own
 * policies let through, so nobody else learns anything of the other account.
 */
function decideAcrossAccounts(identity: Verdict, resource: Verdict = saysNothing): Decision {
  const own = decide(identity);
  if (!own.allowed) return own;
  const denied = explicitDeny(noVerdict, resource);
  if (denied !== undefined) return denied;
  const [foreign] = resource.allows;
  if (foreign === undefined) return refusal('resource', resource);
  return { ...own, reasons: [`${titleOf(foreign)}: allows it to the other account`] };
}

const noVerdict: Verdict = { denies: [], allows: [], misses: [] };

const saysNothing: Verdict = {
  ...noVerdict,
  misses: ['the resource is of another account, and has no policy that allows it to this one'],
};

function explicitDeny(identity: Verdict, resource?: Verdict): Decision | undefined {
  const denies = [...identity.denies, ...(resource?.denies ?? [])];
  const [first] = denies;
  if (first === undefined) return undefined;
  return {
    allowed: false,
    kind: 'explicit-deny',
    by: nameOf(first),
    side: identity.denies.length > 0 ? 'identity' : 'resource',
    reasons: denies.map((deny) => deny.reason),
  };
}

function allowedBy(allow: Allow | undefined, delegating?: Allow): Decision | undefined {
  if (allow === undefined) return undefined;
  const through =
    delegating === undefined
      ? []
      : [`${titleOf(delegating)}: lets the account's IAM policies count`];
  return { allowed: true, kind: 'allowed', by: nameOf(allow), reasons: through };
}

function refusal(side: PolicyKind, ...failed: readonly Verdict[]): Decision {
  const reasons = failed.flatMap((verdict) => verdict.misses);
  return { allowed: false, kind: 'implicit-deny', side, reasons };
}

/** @returns one paragraph for a terminal, such as `refused by <policy> statement <Sid> (explicit Deny): ...` */
export function explain({ allowed, kind, by, reasons }: Decision): string {
  const statement = by === undefined ? '' : ` by ${by.policy} statement ${by.statement}`;
  const why = reasons.join('; ');
  if (allowed) return `allowed${statement}${why === '' ? '' : `; ${why}`}`;
  if (kind === 'explicit-deny') return `refused${statement} (explicit Deny): ${why}`;
  return `refused: no Allow matches; ${why}`;
}
