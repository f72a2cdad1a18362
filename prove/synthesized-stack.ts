/** The stack whose policies are proved: the synthesized template with its defaults. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackName } from '../lib/stack-name.ts';
import { synthesize } from '../lib/synthesize.ts';
import { policiesHash } from '../local/policies-hash.ts';
import { localAccount } from '../local/stack.ts';
import { readTemplate } from '../local/template/template.ts';
import { type Report, templateHash } from './report.ts';
import { type StackPolicies, stackPolicies } from './stack-policies.ts';

/** The functions are not bundled: the proofs are about policies. */
const context = {
  issuer: 'https://issuer.example',
  audience: 'tenant-keys',
  'aws:cdk:bundling-stacks': [],
};

/** With what a report says of it. */
export interface SynthesizedStack extends Pick<Report, 'template' | 'policies'> {
  readonly stack: StackPolicies;
}

export function synthesizedStack(): SynthesizedStack {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-prove-'));
  try {
    synthesize(context, folder);
    const text = readFileSync(join(folder, `${stackName}.template.json`), 'utf8');
    const template = readTemplate(JSON.parse(text), localAccount);
    return {
      stack: stackPolicies(template),
      template: templateHash(text),
      policies: policiesHash(template),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
