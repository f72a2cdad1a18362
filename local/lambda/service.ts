/** Lambda: Invoke alone. Functions are made by the template, and changed by nobody. */
import type { Service } from '../aws/operation.ts';
import { invoke, type LambdaOptions } from './invoke.ts';

export const lambda = (options: LambdaOptions): Service => ({
  name: 'lambda',
  operations: { Invoke: invoke(options) },
});
