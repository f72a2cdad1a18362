/** The app, for the CDK CLI and for synthesis in process. cdk-nag's checks are always part of it. */
import { readFileSync } from 'node:fs';
import { App, type AppProps } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type Config, ConfigError, readConfig } from './config/config.ts';
import { noConfiguration, readConfigFile, refuseBesideFile } from './config/config-file.ts';
import { checkWithNagPacks } from './nag/nag-packs.ts';
import { TenantKeysStack } from './tenant-keys-stack.ts';

/**
 * @param context as `-c key=value` gives it; it takes precedence over cdk.json's
 * @throws ConfigError
 */
export function makeApp(context: Readonly<Record<string, unknown>>, props: AppProps = {}): App {
  const app = newApp(context, props);
  return withStacks(app, [readConfig(app.node.getAllContext())]);
}

/**
 * The app as the CDK CLI is to make it.
 * @param folder in which tenant-keys.config.ts may be: then that counts, otherwise what the CLI gives
 * @throws ConfigError
 */
export async function makeConfiguredApp(folder: string): Promise<App> {
  const app = newApp({});
  const context = app.node.getAllContext();
  const configs = await readConfigFile(folder);
  if (configs === undefined) return withStacks(app, [readGiven(context)]);
  refuseBesideFile(context);
  return withStacks(app, configs);
}

function readGiven(context: Readonly<Record<string, unknown>>): Config {
  try {
    return readConfig(context);
  } catch (error) {
    const isGiven = 'issuer' in context || 'issuers' in context;
    if (isGiven || !(error instanceof ConfigError)) throw error;
    throw new ConfigError([...error.problems, noConfiguration]);
  }
}

const newApp = (context: Readonly<Record<string, unknown>>, props: AppProps = {}): App =>
  new App({
    analyticsReporting: false,
    ...props,
    context: { ...cdkContext(), ...context },
  });

function withStacks(app: App, configs: readonly Config[]): App {
  const names = configs.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new ConfigError([
      `two configurations are for the stack ${twice}: each needs its own name`,
    ]);
  }
  for (const config of configs) new TenantKeysStack(app, config.name, { config });
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
