/** A function that no template has, by the folder of its code. */
import type { FunctionDefinition } from '../../../local/lambda/template.ts';

export const definitionOf = (
  code: string,
  handler: string,
  timeoutSeconds: number,
): FunctionDefinition => ({
  arn: 'arn:aws:lambda:us-east-1:111122223333:function:F',
  name: 'F',
  roleArn: 'arn:aws:iam::111122223333:role/R',
  code,
  handler,
  timeoutSeconds,
  memoryMegabytes: 128,
  environment: {},
  perTenant: false,
  tags: {},
  invokers: [],
});
