/** The stack whose policies are proved: the synthesized template with its defaults, or a template that is given. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../lib/synthesize.ts';
import { readAssembly } from '../local/assembly.ts';
import { policiesHash } from '../local/policies-hash.ts';
import { localAccount } from '../local/stack.ts';
import { readTemplate, type Template } from '../local/template/template.ts';
import { type Report, templateHash } from './report.ts';
import { type StackPolicies, stackPolicies } from './stack-policies.ts';

/** The functions are not bundled: the proofs are about policies. */
const context = {
  issuer: 'https://issuer.example',
  audience: 'tenant-keys',
  'aws:cdk:bundling-stacks': [],
};

export interface ProvedStack {
  readonly stack: StackPolicies;
  readonly template: Template;
  /** what a report says of it */
  readonly hashes: Pick<Report, 'template' | 'policies'>;
}

export const synthesizedStack = (): ProvedStack => provedStack(synthesizedText(context));

/** @returns the template as JSON */
export function synthesizedText(of: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-prove-'));
  try {
    synthesize(of, folder);
    return readAssembly(folder).text;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param file a template as `cdk synth` writes it
 * @throws Error where it cannot be read, or has what the local stack does not know
 */
export const givenStack = (file: string): ProvedStack => provedStack(readFileSync(file, 'utf8'));

function provedStack(text: string): ProvedStack {
  const template = readTemplate(JSON.parse(text), localAccount);
  return {
    stack: stackPolicies(template),
    template,
    hashes: { template: templateHash(text), policies: policiesHash(template) },
  };
}
