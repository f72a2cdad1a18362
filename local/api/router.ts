/** Finds the method of the API that a request is for. Like API Gateway, it prefers literal parts to variables. */
import type { ApiDefinition, MethodDefinition } from './template.ts';

export interface RouteMatch {
  readonly method: MethodDefinition;
  /** percent-decoded */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * @param path as it came, still encoded, with the stage as its first part
 * @returns undefined where the API has no such method
 */
export function findRoute(
  api: ApiDefinition,
  httpMethod: string,
  path: string,
): RouteMatch | undefined {
  const [, stage, ...rest] = path.split('/');
  if (stage !== api.stage) return undefined;
  // For API Gateway a path with a slash at its end is the same resource.
  const parts = rest.at(-1) === '' ? rest.slice(0, -1) : rest;
  return api.methods
    .filter((method) => method.httpMethod === httpMethod)
    .map((method) => match(method, parts))
    .filter((route) => route !== undefined)
    .sort((a, b) => variables(a) - variables(b))[0];
}

const variables = (route: RouteMatch): number => Object.keys(route.pathParameters).length;

function match(method: MethodDefinition, parts: readonly string[]): RouteMatch | undefined {
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
