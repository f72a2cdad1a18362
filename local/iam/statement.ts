/** One statement of a policy, compiled. */
import { type ResourceTest, resourceTest } from './arn.ts';
import { type Condition, parseConditions } from './condition.ts';
import {
  inside,
  isObject,
  MalformedPolicyError,
  type Place,
  stringsOf,
  UnsupportedPolicyError,
} from './policy-error.ts';
import { type Principal, parsePrincipal } from './principal.ts';
import { matches, wildcard } from './wildcard.ts';

/** What a statement's Action or Resource, or its negation, covers. */
export interface Cover<T> {
  readonly negated: boolean;
  /** as the policy has it */
  readonly source: readonly string[];
  readonly tests: readonly T[];
}

export interface Statement {
  /** the Sid, or `#<index>` */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  /** in a resource policy only */
  readonly principal?: Principal;
  readonly action?: Cover<(action: string) => boolean>;
  readonly resource?: Cover<ResourceTest>;
  readonly conditions: readonly Condition[];
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

/** @throws MalformedPolicyError, UnsupportedPolicyError */
export function parseStatement(
  value: unknown,
  index: number,
  policy: {
    readonly name: string;
    readonly variables: boolean;
    readonly kind: 'identity' | 'resource';
  },
): Statement {
  const sid = isObject(value) && typeof value.Sid === 'string' ? value.Sid : '';
  const name = sid === '' ? `#${index}` : sid;
  const text = `${policy.name}, statement ${name}`;
  const outside: Place = { text, variables: policy.variables, policy: 'identity' };
  if (!isObject(value)) throw new MalformedPolicyError(outside, 'it must be an object');
  refuseElements(value, outside);
  const action = coverOf(value, 'Action', outside, actionTest);
  // A resource policy whose actions are all of STS is a role's trust policy; the others are KMS's.
  const isTrust =
    action?.negated === false && action.source.every((source) => /^sts:/i.test(source));
  const resourcePolicy = isTrust ? 'trust' : 'key';
  const place: Place = {
    ...outside,
    policy: policy.kind === 'resource' ? resourcePolicy : 'identity',
  };
  const resource = coverOf(value, 'Resource', place, resourceTest);
  refuseKind(value, policy.kind, { action, resource, isTrust }, place);
  return {
    name,
    effect: effectOf(value.Effect, place),
    ...(policy.kind === 'resource' ? { principal: parsePrincipal(value.Principal, place) } : {}),
    ...(action === undefined ? {} : { action }),
    ...(resource === undefined ? {} : { resource }),
    conditions: parseConditions(value.Condition, place),
  };
}

function refuseElements(statement: Readonly<Record<string, unknown>>, place: Place): void {
  if (Object.hasOwn(statement, 'NotPrincipal')) {
    throw new UnsupportedPolicyError(
      place,
      'NotPrincipal is not supported; use Principal "*" with a condition on aws:PrincipalArn',
    );
  }
  const unknown = Object.keys(statement).find((element) => !elements.has(element));
  if (unknown !== undefined) {
    throw new UnsupportedPolicyError(
      place,
      `${unknown} is not an element of a statement; remove it`,
    );
  }
  if (Object.hasOwn(statement, 'Sid') && typeof statement.Sid !== 'string') {
    throw new MalformedPolicyError(place, 'Sid must be a string');
  }
}

/** What a statement must have, and must not, by where its policy is attached. */
function refuseKind(
  statement: Readonly<Record<string, unknown>>,
  kind: 'identity' | 'resource',
  parsed: { readonly action: unknown; readonly resource: unknown; readonly isTrust: boolean },
  place: Place,
): void {
  const hasPrincipal = Object.hasOwn(statement, 'Principal');
  if (kind === 'resource') {
    if (!hasPrincipal) throw new MalformedPolicyError(place, 'a resource policy needs a Principal');
    if (parsed.isTrust && parsed.resource !== undefined) {
      throw new MalformedPolicyError(
        place,
        'a trust policy has no Resource: it is the role itself',
      );
    }
    // A key policy's statement without Action or Resource is taken and inert, as KMS takes it.
    return;
  }
  if (hasPrincipal) {
    throw new MalformedPolicyError(place, 'an identity policy has no Principal; remove it');
  }
  for (const [element, cover] of [
    ['Action', parsed.action],
    ['Resource', parsed.resource],
  ] as const) {
    if (cover === undefined) throw new MalformedPolicyError(place, `${element} is missing`);
  }
}

function effectOf(value: unknown, place: Place): 'Allow' | 'Deny' {
  if (value === 'Allow' || value === 'Deny') return value;
  throw new MalformedPolicyError(place, 'Effect must be Allow or Deny');
}

function coverOf<T>(
  statement: Readonly<Record<string, unknown>>,
  element: 'Action' | 'Resource',
  statementPlace: Place,
  test: (source: string, place: Place) => T,
): Cover<T> | undefined {
  const negation = `Not${element}`;
  const negated = Object.hasOwn(statement, negation);
  if (!negated && !Object.hasOwn(statement, element)) return undefined;
  if (negated && Object.hasOwn(statement, element)) {
    throw new MalformedPolicyError(
      statementPlace,
      `it has both ${element} and ${negation}; keep one`,
    );
  }
  const name = negated ? negation : element;
  const place = inside(statementPlace, name);
  const source = stringsOf(statement[name], place);
  return { negated, source, tests: source.map((item) => test(item, place)) };
}

/** Action names are compared without regard to case. */
function actionTest(source: string, place: Place): (action: string) => boolean {
  if (source === '*') return () => true;
  if (!/^[a-z0-9-]+:[a-z0-9*?]+$/i.test(source)) {
    throw new MalformedPolicyError(
      place,
      `"${source}" is neither * nor an action such as kms:Decrypt`,
    );
  }
  const pattern = wildcard(source.toLowerCase());
  return (action) => matches(pattern, action.toLowerCase());
}
