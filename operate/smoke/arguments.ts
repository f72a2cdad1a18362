/** The command line of `npm run smoke`. */
import { parseArgs } from 'node:util';
import { tenantId } from '../../contract/tenant-id.ts';

export const usage = `usage: npm run smoke [-- options]
  Sees that a deployed stack works, with two tenants of its own that it offboards at the end. Without --stack: the stack of
  npm start where one runs on this machine, else the stack TenantKeys of the AWS CLI's account and region.
  --stack NAME       a stack of AWS by its name
  --url URL          of the API with its stage, instead of the stack's output ApiUrl: a domain of your own
  --tenants A,B      names of the two tenants, which begin with smoke- (new ones)
  --wait SECONDS     the longest wait for what AWS does in its own time: logs, trail, alarms (1200)
  --json             a line of JSON for each step
  --help
Tokens come from the environment: docs/operations.md, "Smoke test".
Exit codes: 0 all well, 1 a step failed, 2 the command line or its environment is wrong, 130 stopped.`;

export class ArgumentError extends Error {}

export interface SmokeArguments {
  readonly stack: string | undefined;
  readonly url: string | undefined;
  readonly tenants: readonly [string, string] | undefined;
  readonly waitMs: number;
  readonly json: boolean;
}

const options = {
  stack: { type: 'string' },
  url: { type: 'string' },
  tenants: { type: 'string' },
  wait: { type: 'string', default: '1200' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @returns undefined where help is asked for
 * @throws ArgumentError
 */
export function readArguments(args: readonly string[]): SmokeArguments | undefined {
  const { values } = parsed(args);
  if (values.help) return undefined;
  const { stack, url, json } = values;
  if (!/^\d{1,5}$/.test(values.wait)) {
    throw new ArgumentError(`--wait: expected a number of seconds, got '${values.wait}'`);
  }
  return {
    stack,
    url,
    tenants: tenantsOf(values.tenants),
    waitMs: 1000 * Number(values.wait),
    json,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false });
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

/** Only with this beginning: so no mistake offboards a tenant of somebody's. */
export const smokePrefix = 'smoke-';

function tenantsOf(text: string | undefined): readonly [string, string] | undefined {
  if (text === undefined) return undefined;
  const [first = '', second = '', ...more] = text.split(',');
  const areFit = [first, second].every(
    (id) => id.startsWith(smokePrefix) && tenantId.safeParse(id).success,
  );
  if (areFit && first !== second && more.length === 0) return [first, second];
  throw new ArgumentError(
    `--tenants: expected two names that begin with ${smokePrefix}, as in smoke-a,smoke-b`,
  );
}
