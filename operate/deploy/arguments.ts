/** The command line of `npm run deploy`. */
import { parseArgs } from 'node:util';

export const usage = `usage: npm run deploy [-- options]
  Looks at account, region, quotas, names and changes, asks, deploys by the CDK CLI, and runs the smoke test.
  -c KEY=VALUE       configuration, as for cdk (repeatable); without it, cdk.json's and the configuration file's
  --app FOLDER       deploy this assembly, which cdk synth has written, instead of making one
  --account ID       refuse any other account
  --profile NAME     of the AWS CLI's configuration
  --tenants N        how many tenants there are to be, for quotas and costs (100)
  --replace          go on although a resource that holds data is replaced or removed
  --yes              do not ask: for pipelines
  --check            look only: deploy nothing
  --no-smoke         without the smoke test afterwards
  --json             a line of JSON for each step
  --help
Exit codes: 0 done, 1 a step of the smoke test failed or it could not run, 2 the command line is wrong, 3 something is in the
way, 4 not confirmed, 5 the deployment failed, 130 stopped.`;

export const exitCodes = {
  done: 0,
  smokeFailed: 1,
  usage: 2,
  inTheWay: 3,
  notConfirmed: 4,
  notDeployed: 5,
  interrupted: 130,
} as const;

export class DeployArgumentError extends Error {}

export interface DeployArguments {
  readonly context: readonly string[];
  readonly app: string | undefined;
  readonly account: string | undefined;
  readonly profile: string | undefined;
  readonly tenants: number;
  readonly replace: boolean;
  readonly yes: boolean;
  readonly check: boolean;
  readonly smoke: boolean;
  readonly json: boolean;
}

const options = {
  context: { type: 'string', short: 'c', multiple: true, default: [] as string[] },
  app: { type: 'string' },
  account: { type: 'string' },
  profile: { type: 'string' },
  tenants: { type: 'string', default: '100' },
  replace: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  'no-smoke': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @returns undefined where help is asked for
 * @throws DeployArgumentError
 */
export function readArguments(args: readonly string[]): DeployArguments | undefined {
  const { 'no-smoke': noSmoke, help, tenants, ...values } = parsed(args);
  if (help) return undefined;
  const { context, app, account, profile } = values;
  if (!/^\d{1,6}$/.test(tenants)) {
    throw new DeployArgumentError(`--tenants: expected a number of tenants, got '${tenants}'`);
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new DeployArgumentError(
      `--account: expected the 12 digits of an account, got '${account}'`,
    );
  }
  const odd = context.find((pair) => !/^[^=]+=/.test(pair));
  if (odd !== undefined) throw new DeployArgumentError(`-c: expected KEY=VALUE, got '${odd}'`);
  if (app !== undefined && context.length > 0) {
    throw new DeployArgumentError('--app has its configuration already: leave -c out');
  }
  return { ...values, app, account, profile, tenants: Number(tenants), smoke: !noSmoke };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new DeployArgumentError((error as Error).message);
  }
}
