/** The app, for the CDK CLI and for synthesis in process. cdk-nag's checks are always part of it. */
import { readFileSync } from 'node:fs';
import { App, type AppProps } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { readConfig } from './config/config.ts';
import { checkWithNagPacks } from './nag/nag-packs.ts';
import { TenantKeysStack } from './tenant-keys-stack.ts';

/**
 * @param context as `-c key=value` gives it; it takes precedence over cdk.json's
 * @throws ConfigError
 */
export function makeApp(context: Readonly<Record<string, unknown>>, props: AppProps = {}): App {
  const app = new App({
    analyticsReporting: false,
    ...props,
    context: { ...cdkContext(), ...context },
  });
  const config = readConfig(app.node.getAllContext());
  new TenantKeysStack(app, config.name, { config });
  checkWithNagPacks(app);
  return app;
}

/**
 * @param outdir folder of the assembly; without it, a temporary one
 * @returns the assembly, with template, bundles and cdk-nag's report
 * @throws ConfigError; Error where cdk-nag has a finding that is not acknowledged
 */
export function synthesize(
  context: Readonly<Record<string, unknown>>,
  outdir?: string,
): CloudAssembly {
  // Left to the CLI, before a deployment: CDK's own check of templates takes longer than all the rest.
  const props = { builtinCloudFormationValidation: false };
  return makeApp(context, outdir === undefined ? props : { ...props, outdir }).synth();
}

/** From cdk.json, so that the template in process is the one that the CLI deploys. */
export function cdkContext(): Record<string, unknown> {
  const file = new URL('../cdk.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).context;
}
