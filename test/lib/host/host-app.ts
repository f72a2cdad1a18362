/** An app that is not ours, with the construct in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { readConfig } from '../../../lib/config/config.ts';
import { TenantKeys } from '../../../lib/tenant-keys.ts';
import { context, type Template } from '../../harness/synthesized.ts';

export interface HostApp {
  /** what the host has in its cdk.json */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly env?: Environment;
  /** ids of the construct and of those that it is in, from the stack on */
  readonly path?: readonly string[];
  /** what else the host does, before the synthesis */
  readonly prepare?: (app: App, keys: TenantKeys) => void;
}

const config = readConfig({
  ...context,
  tenants: [{ tenantId: 'acme' }],
});

/** @returns the template of the stack that the construct is in */
export function templateIn({
  context: given,
  env,
  path = ['Default'],
  prepare,
}: HostApp): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  try {
    const app = new App({
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      outdir,
      context: { 'aws:cdk:bundling-stacks': [], ...given },
    });
    let scope: Construct = new Stack(app, 'Host', env && { env });
    for (const id of path.slice(0, -1)) scope = new Construct(scope, id);
    const keys = new TenantKeys(scope, path.at(-1) as string, { config });
    prepare?.(app, keys);
    return app.synth().getStackByName('Host').template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
