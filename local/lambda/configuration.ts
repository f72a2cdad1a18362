/** GetFunctionConfiguration, of what the template says and is told here. */
import type { Operation } from '../aws/operation.ts';
import { resourceTags } from '../aws/resource-tags.ts';
import { notFound } from './errors.ts';
import type { LambdaOptions } from './invoke.ts';
import { readFunctionName } from './invoke-request.ts';

export const getFunctionConfiguration =
  ({ account, functions }: Pick<LambdaOptions, 'account' | 'functions'>): Operation =>
  (input, call) => {
    const { functionArn, resourceArn, qualifier = '$LATEST' } = readFunctionName(input, account);
    const definition = functions.get(functionArn);
    call.authorize({
      action: 'lambda:GetFunctionConfiguration',
      resource: resourceArn,
      context: resourceTags(definition?.tags),
    });
    if (definition === undefined || qualifier !== '$LATEST') {
      throw notFound(`Function not found: ${resourceArn}`);
    }
    const { name, arn, roleArn, handler, timeoutSeconds, memoryMegabytes, environment } =
      definition;
    return {
      FunctionName: name,
      FunctionArn: arn,
      Role: roleArn,
      Runtime: 'nodejs24.x',
      Handler: handler,
      Timeout: timeoutSeconds,
      MemorySize: memoryMegabytes,
      Version: '$LATEST',
      State: 'Active',
      Environment: { Variables: environment },
    };
  };
