/** The CDK CLI runs this: it synthesizes the stack, with the CLI's context, into the CLI's folder. */
import { ConfigError } from '../lib/config/config.ts';
import { makeApp } from '../lib/synthesize.ts';

try {
  makeApp({}).synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) console.error(problem);
  process.exitCode = 1;
}
