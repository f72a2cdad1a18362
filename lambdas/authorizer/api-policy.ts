/**
 * The policy that API Gateway keeps for a token. Invariant: it covers all that the token may do and nothing
 * else, since API Gateway asks it, for as long as it is cached, about every path.
 * In an execute-api ARN `*` goes beyond slashes. So an administrator's `PUT/tenants/*` is `PUT/tenants/a/b` too,
 * and what is not an administrator's is denied by name besides.
 */
import { type Route, routes } from '../../contract/routes.ts';
import type { Rights } from './permissions.ts';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: 'execute-api:Invoke';
  readonly Resource: readonly string[];
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: Statement[];
}

/**
 * @param methodArn `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`
 * @throws Error where it is none
 */
export function policyFor(rights: Rights | undefined, methodArn: string): Policy {
  const stage = stageOf(methodArn);
  if (rights === undefined) return policy([statement('Deny', [`${stage}/*`])]);
  const { scopes, tenantId } = rights;
  const arn = ({ method, path }: Route) =>
    `${stage}/${method}${path.replace('{tenantId}', tenantId ?? '*')}`;
  const granted = routes.filter(({ scope }) => scopes.has(scope)).map(arn);
  const allow = statement('Allow', granted);
  // A tenant's ARNs have no `*` that could reach anything else.
  if (tenantId !== undefined) return policy([allow]);
  const denied = routes
    .filter(({ scope }) => !scopes.has(scope))
    .map(arn)
    // What would take back something that is granted; that no Allow reaches it, a test asserts.
    .filter((pattern) => !granted.some((one) => covers(pattern, one)));
  return policy([allow, statement('Deny', denied)]);
}

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

const policy = (Statement: Statement[]): Policy => ({ Version: '2012-10-17', Statement });

const statement = (Effect: Statement['Effect'], Resource: string[]): Statement => ({
  Effect,
  Action: 'execute-api:Invoke',
  Resource,
});
