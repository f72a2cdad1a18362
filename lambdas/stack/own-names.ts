/** The names of the stack to which the function belongs. */
import { readEnvironment, stackEnvironment } from '../../contract/environment.ts';
import { stackNames } from '../../contract/stack-names.ts';

export const ownNames = stackNames(readEnvironment(stackEnvironment).TENANT_KEYS_NAME);
