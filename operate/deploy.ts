/** `npm run deploy`: asks before it acts, deploys by the CDK CLI, and sees that the stack works. */
import { DeployArgumentError, exitCodes, readArguments, usage } from './deploy/arguments.ts';
import { confirmed } from './deploy/ask.ts';
import { runCdk } from './deploy/cdk.ts';
import { runDeploy } from './deploy/run.ts';
import { openReport } from './report.ts';
import { readArguments as readSmokeArguments, type SmokeArguments } from './smoke/arguments.ts';
import { runSmoke } from './smoke/run.ts';
import { isAllWell } from './step.ts';
import { stopOnSignal } from './stop.ts';

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) {
    console.log(usage);
    return exitCodes.done;
  }
  if (given.profile !== undefined) process.env.AWS_PROFILE = given.profile;
  const signal = stopOnSignal('stopping after what is under way');
  const report = openReport(given.json, console.log);
  return runDeploy({
    given,
    env: process.env,
    report,
    signal,
    cdk: runCdk,
    isTerminal: process.stdin.isTTY === true,
    confirm: (question) => confirmed(question, signal),
    async smoke(stackName, env) {
      const smoke = readSmokeArguments(['--stack', stackName]) as SmokeArguments;
      return isAllWell(await runSmoke(smoke, env, report, signal));
    },
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`deploy: ${error.message}\n`);
    const isUsage = error instanceof DeployArgumentError;
    if (isUsage) process.stderr.write(`\n${usage}\n`);
    process.exitCode = isUsage ? exitCodes.usage : exitCodes.smokeFailed;
  },
);
