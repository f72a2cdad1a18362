/**
 * A policy document, parsed and compiled. Invariant: a document that parses is understood to its last
 * element; anything else throws here, before the policy can decide anything.
 */
import { walkJson } from '../../contract/strict-json.ts';
import {
  inside,
  isObject,
  MalformedPolicyError,
  type Place,
  UnsupportedPolicyError,
} from './policy-error.ts';
import { parseStatement, type Statement } from './statement.ts';

/** What a policy is attached to: a role or user, or a key or role that others use. */
export type PolicyKind = 'identity' | 'resource';

export interface PolicyDocument {
  /** as it stands in decisions and errors */
  readonly name: string;
  readonly kind: PolicyKind;
  readonly statements: readonly Statement[];
  /** the document as an object, for GetKeyPolicy */
  readonly source: Readonly<Record<string, unknown>>;
}

const elements = new Set(['Version', 'Id', 'Statement']);

/**
 * @param document the policy as an object or as JSON text
 * @param name for decisions and errors, such as `TenantRole/Policy` or `key policy of arn:...`
 * @param kind what it must be; without it, a document in which a statement has a Principal is a resource
 *   policy
 * @throws MalformedPolicyError where AWS would refuse it, UnsupportedPolicyError where only this
 *   evaluator cannot enforce it
 */
export function parsePolicy(document: unknown, name: string, kind?: PolicyKind): PolicyDocument {
  const place: Place = { text: name, variables: false, policy: 'identity' };
  const source = sourceOf(document, place);
  const unknown = Object.keys(source).find((element) => !elements.has(element));
  if (unknown !== undefined) {
    throw new UnsupportedPolicyError(place, `${unknown} is not an element of a policy; remove it`);
  }
  if (source.Id !== undefined && typeof source.Id !== 'string') {
    throw new MalformedPolicyError(inside(place, 'Id'), 'it must be a string');
  }
  const variables = hasVariables(source.Version, place);
  const list = statementsOf(source.Statement, place);
  const found = list.some(
    (statement) => isObject(statement) && Object.hasOwn(statement, 'Principal'),
  )
    ? 'resource'
    : 'identity';
  const policy = { name, variables, kind: kind ?? found };
  const statements = list.map((statement, index) => parseStatement(statement, index, policy));
  if (policy.kind === 'identity') refuseSids(list, place);
  return deepFreeze({ name, kind: policy.kind, statements, source });
}

/** @returns a copy, so that nobody changes the policy after it was parsed */
function sourceOf(document: unknown, place: Place): Readonly<Record<string, unknown>> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  let source: unknown;
  try {
    source = JSON.parse(text ?? 'null');
  } catch {
    throw new MalformedPolicyError(place, 'it is not JSON');
  }
  if (typeof document === 'string') refuseDuplicates(document, place);
  if (isObject(source)) return source;
  throw new MalformedPolicyError(place, 'it must be an object with Version and Statement');
}

/** JSON.parse keeps the last of two members with one name, so a condition or a Deny could vanish. */
function refuseDuplicates(text: string, place: Place): void {
  walkJson(text, {
    name: (_name, isRepeated, literal) => {
      if (!isRepeated) return;
      throw new UnsupportedPolicyError(place, `${literal} stands twice in one object; keep one`);
    },
  });
}

/** Only Version 2012-10-17 has variables; without it or in the older one `${...}` is plain text. */
function hasVariables(version: unknown, place: Place): boolean {
  if (version === '2012-10-17') return true;
  if (version === undefined || version === '2008-10-17') return false;
  throw new MalformedPolicyError(
    inside(place, 'Version'),
    `${JSON.stringify(version)} is no version of the policy language; write 2012-10-17`,
  );
}

function statementsOf(value: unknown, place: Place): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (value !== undefined && list.length > 0) return list;
  throw new MalformedPolicyError(inside(place, 'Statement'), 'it must have at least one statement');
}

/** IAM, unlike KMS, takes letters and digits only in a Sid, and each but once. */
function refuseSids(list: readonly unknown[], place: Place): void {
  const sids = list.flatMap((statement) => {
    const sid = isObject(statement) ? statement.Sid : undefined;
    return typeof sid === 'string' && sid !== '' ? [sid] : [];
  });
  const wrong = sids.find((sid) => !/^[a-z0-9]+$/i.test(sid));
  if (wrong !== undefined) {
    throw new MalformedPolicyError(place, `Sid "${wrong}" must be letters and digits only`);
  }
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (twice !== undefined) {
    throw new MalformedPolicyError(place, `two statements have the Sid ${twice}`);
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
