/** What the policies of one side, the caller's or the resource's, say about a request. */
import type { Caller } from './caller.ts';
import { met, quoted, unmet } from './condition-text.ts';
import type { AccessRequest, StatementName } from './decision.ts';
import type { PolicyDocument } from './policy-document.ts';
import { type Reach, reachOf } from './principal.ts';
import type { RequestContext } from './request-context.ts';
import type { Statement } from './statement.ts';

/** A request, with its condition keys' values at hand. */
export interface EvaluatedRequest {
  readonly caller: Caller;
  readonly request: AccessRequest;
  readonly context: RequestContext;
}

export interface Allow extends StatementName {
  readonly reach: Reach;
}

/** What the policies of one side say. */
export interface Verdict {
  readonly denies: readonly (StatementName & { readonly reason: string })[];
  readonly allows: readonly Allow[];
  /** where none allows, why each Allow of the action did not match */
  readonly misses: readonly string[];
}

/** @throws AmbiguousKeyError */
export function verdictOf(
  policies: readonly PolicyDocument[],
  evaluated: EvaluatedRequest,
): Verdict {
  const denies: Verdict['denies'][number][] = [];
  const allows: Allow[] = [];
  const missed: (StatementName & { readonly parsed: Statement })[] = [];
  for (const policy of policies) {
    for (const parsed of policy.statements) {
      const reach = reachOfStatement(parsed, evaluated);
      if (reach === undefined) continue;
      const name = { policy: policy.name, statement: parsed.name };
      const applies = appliesTo(parsed, evaluated);
      if (parsed.effect === 'Deny') {
        if (applies)
          denies.push({ ...name, reason: `${titleOf(name)}: ${denial(parsed, evaluated)}` });
      } else if (applies) allows.push({ ...name, reach });
      else missed.push({ ...name, parsed });
    }
  }
  if (allows.length > 0) return { denies, allows, misses: [] };
  const misses = missed.map((miss) => `${titleOf(miss)}: ${mismatch(miss.parsed, evaluated)}`);
  const names = policies.map((policy) => policy.name).join(', ') || 'the caller has no policy';
  const nothing = `${names}: no Allow of ${evaluated.request.action} for this caller`;
  return { denies, allows, misses: misses.length > 0 ? misses : [nothing] };
}

/** @returns how the statement reaches the caller, or nothing where its action or principal does not match */
function reachOfStatement(
  statement: Statement,
  { caller, request }: EvaluatedRequest,
): Reach | undefined {
  const { action, principal } = statement;
  if (action === undefined || !coversAction(action, request)) return undefined;
  return principal === undefined ? 'direct' : reachOf(principal, caller);
}

type ActionCover = NonNullable<Statement['action']>;

const coversAction = ({ tests, negated }: ActionCover, { action }: AccessRequest): boolean =>
  tests.some((test) => test(action)) !== negated;

function appliesTo(statement: Statement, { request, context }: EvaluatedRequest): boolean {
  return (
    coversResource(statement, request, context) &&
    statement.conditions.every((condition) => condition.holds(context))
  );
}

/**
 * A NotResource with a variable without a value: what an Allow was to leave out is unknown, so it allows nothing, and a
 * Deny leaves out nothing. IAM: "If AWS cannot resolve a variable this might cause the entire statement to be invalid."
 */
function coversResource(
  { resource, effect }: Statement,
  request: AccessRequest,
  context: RequestContext,
): boolean {
  // A trust policy has no Resource; a key policy's statement without one is inert.
  if (resource === undefined) return /^sts:/i.test(request.action);
  const results = resource.tests.map((test) => test(request.resource, context));
  if (resource.negated && effect === 'Allow' && results.includes(undefined)) return false;
  return results.includes(true) !== resource.negated;
}

/** @returns what of the resource and the conditions does not match */
function mismatch(statement: Statement, { request, context }: EvaluatedRequest): string {
  const { resource, conditions } = statement;
  const missing: string[] = [];
  if (!coversResource(statement, request, context)) {
    const element = resource?.negated ? 'NotResource' : 'Resource';
    const is = resource?.source.map(quoted).join(', ') ?? 'absent';
    const isUnknown = resource?.tests.some((test) => test(request.resource, context) === undefined);
    const unknown = isUnknown ? ', and a variable in it has no value' : '';
    missing.push(`${element} is ${is}${unknown}, the request is for ${quoted(request.resource)}`);
  }
  const failed = conditions.filter((condition) => !condition.holds(context));
  return [...missing, ...failed.map((condition) => unmet(condition, context))].join('; ');
}

function denial({ conditions }: Statement, { request, context }: EvaluatedRequest): string {
  const where = conditions.map((condition) => met(condition, context)).join(' and ');
  return `denies ${request.action}${where === '' ? '' : ` where ${where}`}`;
}

export function titleOf({ policy, statement }: StatementName): string {
  return `${policy} ${statement}`;
}
