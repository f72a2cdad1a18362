/** The command line of `npm run cost`. */
import { parseArgs } from 'node:util';
import { type CostKeyStore, costKeyStores } from './key-stores.ts';
import { type CostSettings, settingsOf } from './settings.ts';

export const usage = `usage: npm run cost -- --tenants N --requests R [options]
  What a month costs at AWS's list prices: docs/cost.md.
  --tenants N          tenants with a key
  --requests R         requests to the data plane in a month
  --cold SHARE         of these that find no data key in memory, 0 to 1 (0.1)
  --milliseconds MS    that the data plane works on a request (50)
  --environments E     that Lambda makes for the data plane in a month (30 a tenant)
  --age DAYS           of the keys (365)
  --rotation DAYS      rotationPeriodInDays (90)
  --retention DAYS     auditRetentionDays (365)
  --operations N       that are called in most hours, for their metrics (6)
  --waf RULES          a web ACL with so many rules
  --key-store NAME     where all tenants' keys are, as keyStore has it (aws-kms)
  --versions N         of a key in Azure that are used in a month (1)
  --second-trail       the account has a trail already
  --no-trail, --no-function-events, --no-canary, --no-isolation
                       as trail, functionEvents, canary, tenantIsolation false
  --json               all items, with their prices
  --help
Exit codes: 0, 2 the command line is wrong.`;

export class ArgumentError extends Error {}

export interface CostArguments {
  readonly settings: CostSettings;
  readonly json: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const options = {
  tenants: text,
  requests: text,
  cold: text,
  milliseconds: text,
  environments: text,
  age: text,
  rotation: text,
  retention: text,
  operations: text,
  waf: text,
  'key-store': text,
  versions: text,
  'second-trail': flag,
  'no-trail': flag,
  'no-function-events': flag,
  'no-canary': flag,
  'no-isolation': flag,
  json: flag,
  help: flag,
} as const;
type Values = ReturnType<typeof parsed>;
type NumberName = Exclude<
  { [N in keyof Values]: Values[N] extends boolean ? never : N }[keyof Values],
  undefined
>;

/** Each with the least and the most that is meant. */
const wholeNumbers = {
  tenants: [0, 1_000_000],
  requests: [0, 1e12],
  milliseconds: [1, 29_000],
  environments: [0, 1e12],
  age: [0, 36_500],
  rotation: [90, 2560],
  retention: [1, 3650],
  operations: [0, 100],
  waf: [0, 1500],
  versions: [1, 100],
} as const satisfies Partial<Record<NumberName, readonly [number, number]>>;

/**
 * @returns undefined where help is asked for
 * @throws ArgumentError
 */
export function readArguments(args: readonly string[]): CostArguments | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  if (values['no-trail'] && values['second-trail']) {
    throw new ArgumentError('--no-trail and --second-trail: the stack has a trail or has none');
  }
  const given = {
    tenants: required(values, 'tenants'),
    requests: required(values, 'requests'),
    coldShare: shareOf(values.cold),
    milliseconds: numberOf(values, 'milliseconds'),
    environments: numberOf(values, 'environments'),
    ageDays: numberOf(values, 'age'),
    rotationPeriodInDays: numberOf(values, 'rotation'),
    auditRetentionDays: numberOf(values, 'retention'),
    operations: numberOf(values, 'operations'),
    webRules: numberOf(values, 'waf'),
    keyStore: keyStoreOf(values['key-store']),
    keyVersions: numberOf(values, 'versions'),
  };
  const settings = settingsOf({
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Pick<CostSettings, 'tenants' | 'requests'>),
    canary: !values['no-canary'],
    trail: trailOf(values),
    functionEvents: !values['no-function-events'],
    tenantIsolation: !values['no-isolation'],
  });
  return { settings, json: values.json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

function required(values: Values, name: 'tenants' | 'requests'): number {
  const number = numberOf(values, name);
  if (number === undefined) throw new ArgumentError(`--${name} is missing: how many ${name}?`);
  return number;
}

function numberOf(values: Values, name: keyof typeof wholeNumbers): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const [least, most] = wholeNumbers[name];
  const number = Number(given);
  if (/^\d{1,13}$/.test(given) && number >= least && number <= most) return number;
  throw new ArgumentError(
    `--${name}: expected a whole number from ${least} to ${most}, got '${given}'`,
  );
}

function shareOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^(0(\.\d+)?|1(\.0+)?)$/.test(given)) return Number(given);
  throw new ArgumentError(`--cold: expected a share from 0 to 1, such as 0.1, got '${given}'`);
}

function keyStoreOf(given: string | undefined): CostKeyStore | undefined {
  const known = costKeyStores.find((name) => name === given);
  if (given === undefined || known !== undefined) return known;
  throw new ArgumentError(
    `--key-store: expected one of ${costKeyStores.join(', ')}, got '${given}'`,
  );
}

function trailOf(values: Values): CostSettings['trail'] {
  if (values['no-trail']) return 'none';
  return values['second-trail'] ? 'second' : 'first';
}
