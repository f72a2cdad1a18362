/** Policies as formulas: which statements apply to a request, and what they decide together. */

import { conditionOf } from './condition.ts';
import type { Text } from './formula.ts';
import { and, equal, type Formula, like, literal, no, not, or, yes } from './formula.ts';
import { hasSeveral, isIdentity, keyId, type SymbolicRequest } from './request.ts';
import { patternOf, UnknownPolicyElement, valueText, variablesIn } from './value-text.ts';

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

/** @param document as JSON has it, with every intrinsic function resolved */
export function policyOf(name: string, document: unknown): Policy {
  const { Statement } = document as { readonly Statement: Statement | readonly Statement[] };
  const statements = [Statement].flat() as readonly Statement[];
  for (const statement of statements) {
    const unknown = Object.keys(statement).find((element) => !elements.has(element));
    if (unknown !== undefined) throw new UnknownPolicyElement(`${name}: the element ${unknown}`);
  }
  return { name, statements };
}

/** What a policy says of a request. */
interface Says {
  readonly denies: Formula;
  /** by a statement that names the caller itself, or stands in the caller's own policy */
  readonly allows: Formula;
  /** by a statement that names the caller's account, which leaves the decision to its own policies */
  readonly delegates: Formula;
}

function says({ name, statements }: Policy, request: SymbolicRequest, isTrust: boolean): Says {
  const of = (effect: 'Allow' | 'Deny', reach: 'direct' | 'account') =>
    or(
      ...statements
        .map((statement, index) => ({
          statement,
          place: `${name} ${statement.Sid ?? `#${index}`}`,
        }))
        .filter(({ statement }) => statement.Effect === effect)
        .map(({ statement, place }) =>
          and(
            principalOf(statement.Principal, request)[reach],
            actionOf(statement, request),
            resourceOf(statement, request, isTrust),
            conditionOf(statement.Condition, request, place),
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
      : combined(identity.map((policy) => says(policy, request, false)));
  if (resource === undefined) return and(not(own.denies), own.allows);
  const { denies, allows, delegates } = says(resource, request, isTrust);
  return and(not(or(own.denies, denies)), or(allows, and(delegates, own.allows)));
}

const combined = (all: readonly Says[]) => ({
  denies: or(...all.map(({ denies }) => denies)),
  allows: or(...all.map(({ allows }) => allows)),
});

const list = (value: string | readonly string[]): readonly string[] => [value].flat();

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
  isTrust: boolean,
): Formula {
  const covered = (pattern: string): Formula => {
    if (variablesIn(pattern).length === 0) return like(request.resource, patternOf(pattern));
    if (/[*?]/.test(pattern)) throw new UnknownPolicyElement(`wildcard and variable in ${pattern}`);
    const { defined, text } = valueText(pattern, request);
    return and(defined, equal(request.resource, text));
  };
  if (Resource !== undefined) return or(...list(Resource).map(covered));
  if (NotResource === undefined) return isTrust ? yes : no;
  if (list(NotResource).some((one) => variablesIn(one).length > 0)) {
    throw new UnknownPolicyElement('a variable in NotResource');
  }
  return not(or(...list(NotResource).map(covered)));
}

interface Reach {
  readonly direct: Formula;
  readonly account: Formula;
}

/** No IAM identity is ever a service, and no service is one of an account. */
function principalOf(principal: unknown, { caller }: SymbolicRequest): Reach {
  if (principal === undefined || principal === '*') return { direct: yes, account: no };
  const named = Object.entries(principal as Record<string, string | readonly string[]>);
  const reaches = named.flatMap(([type, names]) =>
    list(names).map((name): Reach => {
      if (type === 'Service') return { direct: equal(caller.service, literal(name)), account: no };
      if (type !== 'AWS') throw new UnknownPolicyElement(`a principal of the kind ${type}`);
      if (name === '*') return { direct: yes, account: no };
      const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
      if (account !== undefined) {
        const isOf = equal(caller.accountId, literal(account));
        return { direct: no, account: and(isIdentity(caller), isOf) };
      }
      const arn = literal(name);
      return { direct: or(equal(caller.arn, arn), equal(caller.principalArn, arn)), account: no };
    }),
  );
  return {
    direct: or(...reaches.map(({ direct }) => direct)),
    account: or(...reaches.map(({ account }) => account)),
  };
}

/** @returns the values that the policies compare keys of several values with, by the keys' ids */
export function comparedIn(
  policies: readonly Policy[],
  request: Pick<SymbolicRequest, 'value'>,
): Map<string, Text[]> {
  const found = new Map<string, Map<string, Text>>();
  for (const { Condition = {} } of policies.flatMap(({ statements }) => statements)) {
    for (const keys of Object.values(Condition as Record<string, Record<string, unknown>>)) {
      for (const [key, values] of Object.entries(keys).filter(([name]) => hasSeveral(name))) {
        const known = found.get(keyId(key)) ?? new Map<string, Text>();
        found.set(keyId(key), known);
        for (const value of [values].flat().map(String)) {
          if (/^(true|false)$/.test(value) || /[*?]/.test(value)) continue;
          known.set(value, valueText(value, request as SymbolicRequest).text);
        }
      }
    }
  }
  return new Map([...found].map(([key, values]) => [key, [...values.values()]]));
}
