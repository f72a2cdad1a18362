import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { type StackPolicies, stackPolicies } from '../../prove/stack-policies.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';

/** @returns the policies of the stack as it is deployed */
export const deployedPolicies = async (): Promise<StackPolicies> =>
  stackPolicies(readTemplate({ ...(await synthesizedTemplate()) }, localAccount));
