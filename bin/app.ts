/** The CDK CLI runs this: it synthesizes the stack, by tenant-keys.config.ts or the CLI's context, into the CLI's folder. */
import { ConfigError } from '../lib/config/config.ts';
import { makeConfiguredApp } from '../lib/synthesize.ts';

try {
  (await makeConfiguredApp(process.cwd())).synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) console.error(problem);
  process.exitCode = 1;
}
