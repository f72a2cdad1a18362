/**
 * Conditions of role assignments (Azure ABAC), as far as they bind who may be given a role. What is not known here makes the
 * condition refused when it is written, never true. Grammar and attributes: learn.microsoft.com/azure/role-based-access-control/conditions-format
 * and conditions-authorization-actions-attributes.
 */
export interface Attributes {
  readonly RoleDefinitionId: string;
  readonly PrincipalId: string;
  readonly PrincipalType: string;
}

export interface Asked {
  readonly action: string;
  /** of the assignment that is asked for */
  readonly request?: Attributes | undefined;
  /** of the assignment that is there */
  readonly resource?: Attributes | undefined;
}

export type Condition = (asked: Asked) => boolean;

const token =
  /\s*(@(?:Request|Resource)\[Microsoft\.Authorization\/roleAssignments:(?:RoleDefinitionId|PrincipalId|PrincipalType)\]|ActionMatches\{'[^']*'\}|ForAnyOfAnyValues:(?:GuidEquals|StringEqualsIgnoreCase)|ForAnyOfAllValues:GuidNotEquals|\{[^}]*\}|AND\b|OR\b|[()!])/y;

/** @throws Error where it has what is not known here */
export function conditionOf(text: string): Condition {
  const tokens = tokensOf(text);
  let at = 0;
  const take = () => tokens[at++] ?? '';
  const expect = (wanted: string) => {
    const found = take();
    if (found !== wanted) throw new Error(`condition: ${wanted} expected, not ${found}`);
  };

  const or = (): Condition =>
    joined('OR', and, (left, right) => (asked) => left(asked) || right(asked));
  const and = (): Condition =>
    joined('AND', unary, (left, right) => (asked) => left(asked) && right(asked));
  const joined = (
    word: string,
    part: () => Condition,
    join: (left: Condition, right: Condition) => Condition,
  ) => {
    let left = part();
    while (tokens[at] === word) {
      at += 1;
      left = join(left, part());
    }
    return left;
  };
  const unary = (): Condition => {
    const first = take();
    if (first === '!') {
      const part = unary();
      return (asked) => !part(asked);
    }
    if (first === '(') {
      const part = or();
      expect(')');
      return part;
    }
    if (first.startsWith('ActionMatches')) return actionMatches(first);
    if (first.startsWith('@')) return comparison(first, take(), take());
    throw new Error(`condition: ${first} is not known`);
  };

  const condition = or();
  if (at !== tokens.length) throw new Error(`condition: ${tokens[at]} is not expected`);
  return condition;
}

function tokensOf(text: string): string[] {
  const trimmed = text.trim();
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const begun = token.lastIndex;
    const found = token.exec(trimmed)?.[1];
    if (found === undefined)
      throw new Error(`condition: ${trimmed.slice(begun, begun + 40)} is not known`);
    tokens.push(found);
  }
  return tokens;
}

function actionMatches(text: string): Condition {
  const action = text.slice("ActionMatches{'".length, -2).toLowerCase();
  return (asked) => asked.action.toLowerCase() === action;
}

function comparison(attribute: string, operator: string, list: string): Condition {
  if (!operator.startsWith('ForAnyOf') || !list.startsWith('{'))
    throw new Error(`condition: ${operator} ${list} is not known`);
  const [, source, name] = /^@(\w+)\[.*:(\w+)\]$/.exec(attribute) ?? [];
  const isNot = operator.endsWith('NotEquals');
  const values = list
    .slice(1, -1)
    .split(',')
    .map((one) =>
      one
        .trim()
        .replace(/^'(.*)'$/, '$1')
        .toLowerCase(),
    );
  return ({ request, resource }) => {
    const from = source === 'Request' ? request : resource;
    const value = from?.[name as keyof Attributes];
    return value !== undefined && values.includes(value.toLowerCase()) !== isNot;
  };
}
