/** Lambda: Invoke, and what a function is. Functions are made by the template, and changed by nobody. */
import type { Service } from '../aws/operation.ts';
import { getFunctionConfiguration } from './configuration.ts';
import { invoke, type LambdaOptions } from './invoke.ts';

export const lambda = (options: LambdaOptions): Service => ({
  name: 'lambda',
  operations: {
    Invoke: invoke(options),
    GetFunctionConfiguration: getFunctionConfiguration(options),
  },
});
