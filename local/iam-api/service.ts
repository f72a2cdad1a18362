/** IAM's API, as far as it reads the roles of the stack. What they may do is decided in `local/iam`. */
import type { Service } from '../aws/operation.ts';
import { type IamOptions, roleOperations } from './roles.ts';

export const iam = (options: IamOptions): Service => ({
  name: 'iam',
  operations: roleOperations(options),
});
