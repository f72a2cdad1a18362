/** The environment variables that Lambda itself sets: the function's name, the region, its role's credentials. */
import type { Deployment } from './deployment.ts';
import type { FunctionDefinition } from './lambda/template.ts';
import type { Account } from './template/resource-types.ts';

/** @throws Error where the function's role is missing or does not trust Lambda */
export function functionEnvironment(
  definition: FunctionDefinition,
  deployment: Deployment,
  account: Account,
): Record<string, string> {
  const credentials = deployment.issueTo(definition);
  return {
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    AWS_ENDPOINT_URL: deployment.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    LAMBDA_TASK_ROOT: definition.code,
    _HANDLER: definition.handler,
    TZ: ':UTC',
  };
}
