/** The ARN of a request's method, by which the authorizer's policy and a function's resource policy know it. */
import type { Runtime } from '../lambda/runtime.ts';
import type { Account } from '../template/resource-types.ts';
import type { ApiDefinition, MethodDefinition } from './template.ts';

/** What the authorizer's policy is matched against, with the path as it came, without the stage. */
export function methodArn(
  account: Account,
  api: ApiDefinition,
  httpMethod: string,
  path: string,
): string {
  const rest = path.slice(api.stage.length + 2).replace(/\/$/, '');
  return `${apiArn(account, api)}/${api.stage}/${httpMethod}/${rest}`;
}

/** @returns whether the function's resource policy lets API Gateway call it for this method */
export function mayInvoke(
  account: Account,
  api: ApiDefinition,
  runtime: Runtime,
  method: MethodDefinition,
): boolean {
  const path = method.resourcePath.replace(/\{[^}]+\}/g, '*');
  const source = `${apiArn(account, api)}/${api.stage}/${method.httpMethod}${path}`;
  const invokers = runtime.definition(method.functionArn)?.invokers ?? [];
  return invokers.some(
    ({ service, sourceArn }) =>
      service === 'apigateway.amazonaws.com' && [source, anyStage(source)].includes(sourceArn),
  );
}

function apiArn({ partition, region, accountId }: Account, { apiId }: ApiDefinition): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}`;
}

const anyStage = (source: string): string => source.replace(/^([^/]+)\/[^/]+/, '$1/*');
