/** The synthesized template that the isolation suite attacks. */
import { stackName, synthesize } from '../../lib/synthesize.ts';
import type { TemplateDocument } from './world.ts';

/** Without the bundles: no function runs in this suite. */
export function synthesizedTemplate(): TemplateDocument {
  const assembly = synthesize({
    issuer: 'https://id.example.com',
    audience: 'tenant-keys',
    'aws:cdk:bundling-stacks': [],
  });
  return assembly.getStackByName(stackName).template;
}
