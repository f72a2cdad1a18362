/** Looks, asks, deploys, and sees that it works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../report.ts';
import { runSteps, StepFailure } from '../step.ts';
import { type DeployArguments, exitCodes } from './arguments.ts';
import type { Cdk } from './cdk.ts';
import { type DeployPlan, deployClients } from './plan.ts';
import { preflight } from './preflight.ts';

export interface DeployRun {
  readonly given: DeployArguments;
  /** of this process, by which AWS's clients find credentials and region */
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly cdk: Cdk;
  /** whether somebody can be asked */
  readonly isTerminal: boolean;
  confirm(question: string): Promise<boolean>;
  /** @returns whether all is well */
  smoke(stackName: string, env: NodeJS.ProcessEnv): Promise<boolean>;
}

/** @returns the exit code */
export async function runDeploy(run: DeployRun): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-deploy-'));
  try {
    return await deployFrom(folder, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function deployFrom(folder: string, run: DeployRun): Promise<number> {
  const { given, env, report, signal } = run;
  const plan: DeployPlan = {
    given,
    env,
    clients: deployClients(env),
    synthesize: () => synthesize(folder, run),
  };
  const results = await runSteps(preflight, plan, signal, report.result);
  if (signal.aborted) return exitCodes.interrupted;
  if (results.some(({ outcome }) => outcome === 'failed')) {
    report.say('deploy: something is in the way; nothing was changed');
    return exitCodes.inTheWay;
  }
  if (given.check) return exitCodes.done;
  const { stackName, folder: assembly } = plan.assembly as NonNullable<DeployPlan['assembly']>;
  if (!(await isConfirmed(stackName, plan, run))) {
    return signal.aborted ? exitCodes.interrupted : exitCodes.notConfirmed;
  }
  // The region that was looked at, whatever a profile says. The question was asked here, so CDK asks none.
  const where = { ...env, AWS_REGION: plan.region, AWS_DEFAULT_REGION: plan.region };
  const args = ['deploy', '--app', assembly, '--require-approval', 'never', stackName];
  const code = await run.cdk(args, { env: where, quiet: given.json });
  if (code !== 0) {
    report.say(
      `deploy: cdk deploy ended with ${code}: docs/operations.md, "When a deployment fails"`,
    );
    return exitCodes.notDeployed;
  }
  if (!given.smoke) return exitCodes.done;
  return (await run.smoke(stackName, where)) ? exitCodes.done : exitCodes.smokeFailed;
}

/** By the CLI, since it has the configuration of cdk.json and checks the template by CloudFormation's own rules. */
async function synthesize(folder: string, { given, env, cdk }: DeployRun): Promise<string> {
  if (given.app !== undefined) return given.app;
  const context = given.context.flatMap((pair) => ['-c', pair]);
  const code = await cdk(['synth', '--quiet', '--output', folder, ...context], {
    env,
    quiet: given.json,
  });
  if (code !== 0) throw new StepFailure(`cdk synth ended with ${code}`);
  return folder;
}

async function isConfirmed(
  stackName: string,
  { account, region }: DeployPlan,
  { given, report, isTerminal, confirm }: DeployRun,
): Promise<boolean> {
  if (given.yes) return true;
  if (!isTerminal) {
    report.say('deploy: nobody can be asked here, and --yes is not given; nothing was changed');
    return false;
  }
  const yes = await confirm(`Deploy ${stackName} to account ${account}, region ${region}?`);
  if (!yes) report.say('deploy: not confirmed; nothing was changed');
  return yes;
}
