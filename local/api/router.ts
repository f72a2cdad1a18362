/** Finds the method of the API that a request is for. Like API Gateway, it prefers literal parts to variables. */
import type { FixedAnswer } from './fixed-answer.ts';
import type { ApiDefinition, MethodDefinition } from './template.ts';

/** A method of a resource. */
interface Routed {
  readonly httpMethod: string;
  readonly resourcePath: string;
}

export interface RouteMatch<M extends Routed = MethodDefinition> {
  readonly method: M;
  /** percent-decoded */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * @param path as it came, still encoded, with the stage as its first part
 * @returns undefined where the API has no such method
 */
export const findRoute = (
  api: ApiDefinition,
  httpMethod: string,
  path: string,
): RouteMatch | undefined =>
  find(
    api,
    api.methods.filter((method) => method.httpMethod === httpMethod),
    path,
  );

/** The methods that ANY stands for (Developer Guide, "Set up a method using the console"). */
const anyMethods = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

/** @returns the fixed answer to what has no route: of the method by its name, else by ANY */
export function findFixedAnswer(
  api: ApiDefinition,
  httpMethod: string,
  path: string,
): FixedAnswer | undefined {
  const of = (wanted: string) =>
    find(
      api,
      api.fixedAnswers.filter((one) => one.httpMethod === wanted),
      path,
    )?.method;
  return of(httpMethod) ?? (anyMethods.has(httpMethod) ? of('ANY') : undefined);
}

function find<M extends Routed>(
  api: ApiDefinition,
  methods: readonly M[],
  path: string,
): RouteMatch<M> | undefined {
  const [, stage, ...rest] = path.split('/');
  if (stage !== api.stage) return undefined;
  // For API Gateway a path with a slash at its end is the same resource.
  const parts = rest.at(-1) === '' ? rest.slice(0, -1) : rest;
  return methods
    .map((method) => match(method, parts))
    .filter((route) => route !== undefined)
    .sort((a, b) => variables(a) - variables(b))[0];
}

const variables = (route: RouteMatch<Routed>): number => Object.keys(route.pathParameters).length;

function match<M extends Routed>(method: M, parts: readonly string[]): RouteMatch<M> | undefined {
  const pattern = method.resourcePath.split('/').slice(1);
  if (pattern.length !== parts.length) return undefined;
  const pathParameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] as string;
    const name = /^\{(.+)\}$/.exec(expected)?.[1];
    if (name === undefined) {
      if (part !== expected) return undefined;
    } else {
      const decoded = decode(part);
      if (decoded === undefined || decoded === '') return undefined;
      pathParameters[name] = decoded;
    }
  }
  return { method, pathParameters };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
