/**
 * The policy that API Gateway caches for a token. Invariant: it allows all that the token may do and nothing
 * else, since API Gateway uses the cached policy for every path.
 * In an execute-api ARN `*` matches slashes too. An administrator's `PUT/tenants/*` also matches `PUT/tenants/a/b`,
 * so the routes that are not an administrator's, or not an auditor's, are denied by name.
 * AWS does not say whether the ARN has an escaped path decoded. If not, `%61cme` is not a tenant's own path, so it is
 * not an administrator's either: no path of ours needs an escape. If so, nobody is asked about one.
 */
import { type Route, routes } from '../../contract/routes.ts';
import type { Permissions } from '../tokens/permissions.ts';

export interface ApiPolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: 'execute-api:Invoke';
  readonly Resource: readonly string[];
}

export interface ApiPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: ApiPolicyStatement[];
}

/**
 * @param methodArn `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`
 * @param permissions undefined for a token that may do nothing here
 * @throws Error where the ARN is not one of API Gateway
 */
export function apiPolicy(permissions: Permissions | undefined, methodArn: string): ApiPolicy {
  const stage = stageOf(methodArn);
  if (permissions === undefined) return policy([statement('Deny', [`${stage}/*`])]);
  const { scopes, tenantId } = permissions;
  const arn = ({ method, path }: Route) =>
    `${stage}/${method}${path.replace('{tenantId}', tenantId ?? '*')}`;
  const isGranted = (route: Route) => route.scopes.some((scope) => scopes.has(scope));
  const granted = routes.filter(isGranted).map(arn);
  const allow = statement('Allow', withoutCovered(granted).flatMap(withSlash));
  // A tenant's ARNs have no `*` that could match anything else.
  if (tenantId !== undefined) return policy([allow]);
  const denied = routes
    .filter((route) => !isGranted(route))
    .map(arn)
    // Not a Deny that would take back something granted; a test asserts that no Allow matches its routes.
    .filter((pattern) => !granted.some((one) => covers(pattern, one)))
    // With a slash at its end it must be named where an Allow goes that far: `PUT/tenants/*` does.
    .flatMap((pattern) => {
      const slashed = `${pattern}/`;
      return granted.some((one) => covers(one, slashed)) ? [pattern, slashed] : [pattern];
    });
  return policy([allow, statement('Deny', [...denied, `${stage}/*%*`])]);
}

/**
 * For API Gateway a path with a slash at its end is the same resource. AWS does not say whether the ARN that it asks
 * the policy about then has one.
 */
const withSlash = (arn: string): readonly string[] =>
  arn.endsWith('*') ? [arn] : [arn, `${arn}/`];

/** What another of them allows anyway is left out: the policy's size is limited. */
const withoutCovered = (arns: readonly string[]): readonly string[] =>
  arns.filter((arn) => !arns.some((other) => other !== arn && covers(other, arn)));

/** @returns whether the pattern matches all that the ARN, itself a pattern, stands for */
function covers(pattern: string, arn: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  let at = head.length;
  if (!arn.startsWith(head)) return false;
  for (const part of rest) {
    const found = part === '' ? arn.length : arn.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at === arn.length;
}

function stageOf(methodArn: string): string {
  const stage = /^arn:[^:]+:execute-api:[^:]+:[^:]+:[^/:]+\/[^/]+(?=\/)/.exec(methodArn)?.[0];
  if (stage === undefined) throw new Error('the method ARN is not one of API Gateway');
  return stage;
}

const policy = (Statement: ApiPolicyStatement[]): ApiPolicy => ({
  Version: '2012-10-17',
  Statement,
});

const statement = (
  Effect: ApiPolicyStatement['Effect'],
  Resource: string[],
): ApiPolicyStatement => ({
  Effect,
  Action: 'execute-api:Invoke',
  Resource,
});
