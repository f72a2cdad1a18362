/** Policies as formulas: which statements apply to a request, and what they decide together. */
import { conditionOf, isPattern } from './condition.ts';
import { and, type Formula, like, no, not, or, type Text, yes } from './formula.ts';
import { kindOf, type PolicyKind } from './keys.ts';
import { principalOf } from './principal.ts';
import { hasSeveral, keyId, type SymbolicRequest, symbolicRequest } from './request.ts';
import {
  likePattern,
  likeValue,
  patternInSegments,
  patternOf,
  refuseVariableInHead,
  UnknownPolicyElement,
  valueText,
  variablesIn,
} from './value-text.ts';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: unknown;
}

export interface Policy {
  /** such as `TenantRole/Policy` */
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** Written out here too: this folder shares nothing with local/iam, since each is a witness to the other. */
const elements = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * @param document as JSON has it, with every intrinsic function resolved
 * @throws UnknownPolicyElement
 */
export function policyOf(name: string, document: unknown): Policy {
  const { Version, Statement } = document as { Version?: string; Statement: Policy['statements'] };
  const statements = [Statement].flat() as readonly Statement[];
  // An older version has no variables: there `${...}` is plain text.
  if (Version !== '2012-10-17' && JSON.stringify(statements).includes('${')) {
    throw new UnknownPolicyElement(`${name}: the version ${Version} with a variable`);
  }
  for (const statement of statements) refuseUnknown(name, statement);
  return { name, statements };
}

function refuseUnknown(name: string, statement: Statement): void {
  const unknown = Object.keys(statement).find((element) => !elements.has(element));
  if (unknown !== undefined) throw new UnknownPolicyElement(`${name}: the element ${unknown}`);
  const { Effect, Action, NotAction, Resource, NotResource } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new UnknownPolicyElement(`${name}: the effect ${Effect}`);
  }
  if ((Action && NotAction) !== undefined || (Resource && NotResource) !== undefined) {
    throw new UnknownPolicyElement(`${name}: an element and its opposite`);
  }
}

/** What a policy says of a request. */
interface Says {
  readonly denies: Formula;
  /** by a statement that names the caller itself, or stands in the caller's own policy */
  readonly allows: Formula;
  /** by a statement that names the caller's account, which leaves the decision to its own policies */
  readonly delegates: Formula;
}

function says({ name, statements }: Policy, request: SymbolicRequest, kind: PolicyKind): Says {
  const of = (effect: 'Allow' | 'Deny', reach: 'direct' | 'account') =>
    or(
      ...statements
        .map((statement, index) => ({
          statement,
          // KMS takes a Sid twice.
          place: `${name} ${statement.Sid ?? ''}#${index + 1}`,
        }))
        .filter(({ statement }) => statement.Effect === effect)
        .map(({ statement, place }) =>
          and(
            principalOf(statement.Principal, request, kind)[reach],
            actionOf(statement, request),
            resourceOf(statement, request, kind, place),
            conditionOf(statement.Condition, { request, kind, place }),
          ),
        ),
    );
  return {
    denies: or(of('Deny', 'direct'), of('Deny', 'account')),
    allows: of('Allow', 'direct'),
    delegates: of('Allow', 'account'),
  };
}

/** The policies by which AWS decides. */
export interface Decided {
  /** the caller's own; `anything`: nothing is known of them, so that they may allow whatever there is */
  readonly identity: readonly Policy[] | 'anything';
  /** of the resource, where it has one */
  readonly resource?: Policy;
  readonly isTrust?: boolean;
}

/** @returns whether AWS allows the request (IAM user guide, "Policy evaluation logic", within one account) */
export function allowed(
  { identity, resource, isTrust = false }: Decided,
  request: SymbolicRequest,
): Formula {
  const own =
    identity === 'anything'
      ? { denies: no, allows: yes }
      : combined(identity.map((policy) => says(policy, request, 'identity')));
  if (resource === undefined) return and(not(own.denies), own.allows);
  const { denies, allows, delegates } = says(resource, request, isTrust ? 'trust' : 'key');
  return and(not(or(own.denies, denies)), or(allows, and(delegates, own.allows)));
}

const combined = (all: readonly Says[]) => ({
  denies: or(...all.map(({ denies }) => denies)),
  allows: or(...all.map(({ allows }) => allows)),
});

const list = (value: string | readonly string[]): readonly string[] => [value].flat();

/** Names of actions are ASCII, in which a `?` is one character whatever counts. */
function actionOf({ Action, NotAction }: Statement, { action }: SymbolicRequest): Formula {
  const covered = (patterns: string | readonly string[]) =>
    or(...list(patterns).map((pattern) => like(action, patternOf(pattern.toLowerCase()))));
  if (Action !== undefined) return covered(Action);
  return NotAction === undefined ? no : not(covered(NotAction));
}

/** A statement of a key policy without a Resource is inert; a trust policy has none. */
function resourceOf(
  { Resource, NotResource }: Statement,
  request: SymbolicRequest,
  kind: PolicyKind,
  place: string,
): Formula {
  const covered = (pattern: string) => {
    if (variablesIn(pattern).every((key) => kindOf(key, kind) !== undefined)) {
      return resourceLike(pattern, request, place);
    }
    throw new UnknownPolicyElement(`${place}: a variable that is not modelled in ${pattern}`);
  };
  if (Resource !== undefined) return or(...list(Resource).map(covered));
  if (NotResource === undefined) return kind === 'trust' ? yes : no;
  if (list(NotResource).some((one) => variablesIn(one).length > 0)) {
    throw new UnknownPolicyElement(`${place}: a variable in NotResource`);
  }
  return not(or(...list(NotResource).map(covered)));
}

/**
 * A `*` at the end of a segment matches beyond the colon (IAM user guide, "Using wildcards in resource ARNs"). Whether
 * another wildcard does is not said: where that matters, either may be.
 */
function resourceLike(pattern: string, request: SymbolicRequest, place: string): Formula {
  if (variablesIn(pattern).length > 0) {
    if (/[*?]/.test(pattern)) throw new UnknownPolicyElement(`wildcard and variable in ${pattern}`);
    refuseVariableInHead(pattern);
    return likeValue(request.resource, pattern, request);
  }
  const anywhere = likePattern(request.resource, patternOf(pattern), request);
  const segments = patternInSegments(pattern);
  if (segments.every((part) => !('withoutColon' in part && part.withoutColon))) return anywhere;
  const crosses = request.notModelled(`${place} ${pattern}`);
  return and(anywhere, or(likePattern(request.resource, segments, request), crosses));
}

/** @returns a request that knows what the policies compare the values of keys with that may have several */
export const requestDecidedBy = (name: string, policies: readonly Policy[]): SymbolicRequest =>
  symbolicRequest(name, comparedIn(policies, symbolicRequest(name, new Map())));

/** @returns the values that the policies compare keys of several values with, by the keys' ids; patterns are none */
export function comparedIn(
  policies: readonly Policy[],
  request: SymbolicRequest,
): Map<string, Text[]> {
  const found = new Map<string, Map<string, Text>>();
  for (const { Condition = {} } of policies.flatMap(({ statements }) => statements)) {
    const operators = Object.entries(Condition as Record<string, Record<string, unknown>>);
    for (const [operator, keys] of operators) {
      for (const [key, values] of Object.entries(keys).filter(([name]) => hasSeveral(name))) {
        const known = found.get(keyId(key)) ?? new Map<string, Text>();
        found.set(keyId(key), known);
        for (const value of [values].flat().map(String)) {
          if (operator === 'Null' || isPattern(operator, value)) continue;
          known.set(value, valueText(value, request).text);
        }
      }
    }
  }
  return new Map([...found].map(([key, values]) => [key, [...values.values()]]));
}
