/** A mutant of the isolation suite as the prover takes it. */
import { keyPolicy } from '../../contract/key-policy.ts';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import type { ReplayedStack } from '../../prove/replay/replayed-stack.ts';
import { stackPolicies } from '../../prove/stack-policies.ts';
import type { Mutant } from '../isolation/mutants.ts';

export function stackOf({ template: document, mutateKeyPolicy }: Mutant['options']): ReplayedStack {
  const template = readTemplate(document, localAccount);
  const policies = stackPolicies(template, (input) => {
    const policy = JSON.parse(JSON.stringify(keyPolicy(input)));
    mutateKeyPolicy?.(policy);
    return policy;
  });
  return { template, policies };
}
