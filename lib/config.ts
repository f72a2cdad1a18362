/**
 * The configuration, from the CDK context (`-c key=value` or cdk.json). A value is taken as it is written, or
 * refused: none is trimmed, completed or guessed.
 */
import { z } from 'zod';
import { tenantId } from '../contract/tenant-id.ts';
import { onboardRequest } from '../contract/tenants.ts';
import { noneTwice, parsedJson } from './config-list.ts';
import { corsOrigins, originsBesideIssuers } from './cors-config.ts';
import { oneIssuer, settingsOfOne, severalIssuers } from './issuers-config.ts';

/** All problems of a context: one line for each, which names the context key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Three resources a tenant beside the stack's own; a template holds 500 and 1 MB (CloudFormation, quotas). Some are left,
 * so that a stack with so many tenants takes the next version as well.
 */
export const mostTenants = 57;

const texts = {
  trailLogGroup:
    'must be the name of a log group of this account and region, and only with -c trail=false',
  alarmEmail: 'must be a mail address',
  tenants:
    `must be a list of at most ${mostTenants} tenants, ` +
    '{"tenantId", "displayName"?, "legalName"?, "rotationPeriodInDays"?} each, or JSON text of one',
  stage: 'must be 1-128 letters, digits, hyphens and underscores',
};

/** What CloudWatch Logs offers, from the three months that PCI DSS wants at hand (10.5.1) upwards. */
export const trailLogRetentions = [
  90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** `-c` gives each value as a string, cdk.json may give a number or a boolean. */
function days(min: number, max: number) {
  return wholeNumber('days', min, max);
}

function trueOrFalse() {
  return z.union(
    [z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')],
    'must be true or false',
  );
}

function wholeNumber(unit: string, min: number, max: number) {
  const text = `must be a whole number of ${unit} from ${min} to ${max}`;
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], text)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, text);
}

function oneOf(unit: string, values: readonly number[]) {
  const text = `must be a number of ${unit}, one of ${values.join(', ')}`;
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], text)
    .refine((value) => values.includes(value), text);
}

const declaredTenant = z.strictObject({ tenantId, ...onboardRequest.shape });

export type DeclaredTenant = Readonly<z.output<typeof declaredTenant>>;

const declaredTenants = z.preprocess(
  parsedJson,
  z
    .array(declaredTenant, texts.tenants)
    .max(mostTenants, texts.tenants)
    .superRefine(noneTwice('tenantId', (id) => `${id} stands in the list twice`))
    .readonly(),
);

const shape = {
  /** for tenants that are onboarded without a period of their own, and for the product's own key */
  rotationPeriodInDays: days(90, 2560).default(90),
  /** the shortest time that the control plane may set between scheduling a key's deletion and the deletion */
  deletionWindowInDays: days(7, 30).default(30),
  tenantIsolation: trueOrFalse().default(true),
  /** how long the data plane may go on by an old status: within this time a suspension takes effect */
  registryTtlSeconds: wholeNumber('seconds', 0, 60).default(5),
  /** for how long, how many messages and how many bytes a data key is used; 0 in any: for one message only */
  dataKeyMaxAgeSeconds: wholeNumber('seconds', 0, 3600).default(300),
  dataKeyMaxMessages: wholeNumber('messages', 0, 1_000_000).default(100_000),
  dataKeyMaxBytes: wholeNumber('bytes', 0, 2 ** 40).default(2 ** 30),
  /** how often the reconciler runs. On AWS a run may take 15 minutes, so with less two may overlap */
  reconcileEveryMinutes: wholeNumber('minutes', 1, 1440).default(15),
  /** false where an organization's trail records the account, as docs/security.md requires */
  trail: trueOrFalse().default(true),
  /** how long S3 keeps everybody without the right to bypass the lock from deleting a file of the trail */
  trailLockDays: days(1, 3650).default(365),
  /** after how long a file of the trail goes to cheaper storage; S3 refuses less than 30 */
  trailArchiveAfterDays: days(30, 3650).default(90),
  /** how long the trail's log group keeps it; its files are never deleted */
  trailLogRetentionDays: oneOf('days', trailLogRetentions).default(365),
  /** name of the log group of this account and region to which an organization's trail delivers */
  trailLogGroup: z
    .string(texts.trailLogGroup)
    .regex(/^[\w./#-]{1,512}$/, texts.trailLogGroup)
    .optional(),
  /** whether a trail records who invokes the functions behind the API, which CloudTrail charges for */
  functionEvents: trueOrFalse().default(true),
  /** whether a second key signs certificates of erasure, by ML-DSA: false in a region whose KMS has no such keys */
  postQuantumSignature: trueOrFalse().default(true),
  /** how long the audit table keeps a tenant's events; the trail's files stay */
  auditRetentionDays: days(1, 3650).default(365),
  /** whether two tenants of the stack's own regularly try every way to each other's key */
  canary: trueOrFalse().default(true),
  canaryEveryMinutes: wholeNumber('minutes', 1, 1440).default(15),
  /** to which alarms are mailed as well; its owner must confirm that to SNS first */
  alarmEmail: z
    .string(texts.alarmEmail)
    .regex(/^[^\s@]{1,64}@[^\s@]{1,255}$/, texts.alarmEmail)
    .optional(),
  /** whose pages may use the API in a browser; none: nobody's */
  corsOrigins: corsOrigins.default([]),
  /** tenants whose keys CloudFormation makes */
  tenants: declaredTenants.default([]),
  stage: z
    .string(texts.stage)
    .regex(/^[A-Za-z0-9_-]{1,128}$/, texts.stage)
    .default('v1'),
};

/** Each form has the issuers, the one as a list of one. */
const short = z
  .object({ ...oneIssuer, ...shape })
  .refine(ownTrailHasOwnGroup, { path: ['trailLogGroup'], message: texts.trailLogGroup })
  .transform(({ issuer, audience, tenantClaim, ...others }) => ({
    ...others,
    issuers: settingsOfOne({ issuer, audience, tenantClaim }),
  }))
  .refine(originsBesideIssuers.fit, originsBesideIssuers.problem);
const long = z
  .object({ ...severalIssuers, ...shape })
  .refine(ownTrailHasOwnGroup, { path: ['trailLogGroup'], message: texts.trailLogGroup })
  .refine(originsBesideIssuers.fit, originsBesideIssuers.problem);

export type Config = Readonly<z.output<typeof long>>;

/**
 * @param context the whole CDK context, CDK's own keys included
 * @throws ConfigError for a value that is wrong or missing, and for a key that the stack does not know
 */
export function readConfig(context: Readonly<Record<string, unknown>>): Config {
  const result = (context.issuers === undefined ? short : long).safeParse(context);
  const problems = new Map(
    (result.error?.issues ?? []).map((issue) => {
      const place = z.core.toDotPath(issue.path);
      return [place, `${place}${describe(context[place], issue)}`] as const;
    }),
  );
  const all = [...problems.values(), ...bothForms(context), ...unknownKeys(context)];
  if (result.data === undefined || all.length > 0) throw new ConfigError(all);
  return result.data;
}

function bothForms(context: Readonly<Record<string, unknown>>): string[] {
  if (context.issuers === undefined) return [];
  return Object.keys(oneIssuer)
    .filter((key) => context[key] !== undefined)
    .map((key) => `${key} must be left out where issuers are listed: it belongs to their entries`);
}

/** The stack's own trail has a log group of its own. */
function ownTrailHasOwnGroup({ trail, trailLogGroup }: OfTrail): boolean {
  return !trail || trailLogGroup === undefined;
}

interface OfTrail {
  readonly trail: boolean;
  readonly trailLogGroup?: string | undefined;
}

function describe(value: unknown, { message, path }: z.core.$ZodIssue): string {
  if (path.length > 1) return `: ${message}`;
  if (value === undefined) return ` is missing: it ${message}`;
  const shown = JSON.stringify(value).slice(0, 100);
  return ` ${message}; it is ${shown}`;
}

/** CDK's own context keys have a colon or a slash in them. A plain word is meant for this stack. */
function unknownKeys(context: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys({ ...oneIssuer, ...severalIssuers, ...shape });
  return Object.keys(context)
    .filter((key) => !/[:/]/.test(key) && !known.includes(key))
    .map((key) => `${key} is not a context key of this stack, which has ${known.join(', ')}`);
}
