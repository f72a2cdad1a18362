/**
 * The configuration, from the CDK context (`-c key=value` or cdk.json). A value is taken as it is written, or
 * refused: none is trimmed, completed or guessed.
 */
import { z } from 'zod';
import { longestRegistryTtlSeconds } from '../../contract/key-stores.ts';
import { defaultName, stackNamePattern } from '../../contract/stack-names.ts';
import { api, apiRules } from './api.ts';
import { audit, ownTrailHasOwnGroup } from './audit.ts';
import { corsOrigins, originsBesideIssuers } from './cors.ts';
import { functionRules, functions } from './functions.ts';
import { type GivenIssuer, oneIssuer, settingsOfOne, severalIssuers } from './issuers.ts';
import { issuerIsReached, keyStores, keyStoresBesideIssuers } from './key-stores.ts';
import { monitoring, monitoringRules } from './monitoring.ts';
import { eachItsTable, tables } from './tables.ts';
import { declaredTenants } from './tenants.ts';
import { days, text, trueOrFalse, wholeNumber } from './values.ts';

/** All problems of a context: one line for each, which names the context key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const texts = {
  name: 'must be 2-32 letters and digits, a letter first',
  stage: 'must be 1-128 letters, digits, hyphens and underscores',
};

const shape = {
  /** of the stack, and in all names by which an account knows what is in it: another stack of the account has another */
  name: text(stackNamePattern, texts.name).default(defaultName),
  /** for tenants that are onboarded without a period of their own, and for the product's own key */
  rotationPeriodInDays: days(90, 2560).default(90),
  /** the shortest time that the control plane may set between scheduling a key's deletion and the deletion */
  deletionWindowInDays: days(7, 30).default(30),
  tenantIsolation: trueOrFalse().default(true),
  /** how long the data plane may go on by an old status: within this time a suspension takes effect */
  registryTtlSeconds: wholeNumber('seconds', 0, longestRegistryTtlSeconds).default(5),
  /** for how long, how many messages and how many bytes a data key is used; 0 in any: for one message only */
  dataKeyMaxAgeSeconds: wholeNumber('seconds', 0, 3600).default(300),
  dataKeyMaxMessages: wholeNumber('messages', 0, 1_000_000).default(100_000),
  dataKeyMaxBytes: wholeNumber('bytes', 0, 2 ** 40).default(2 ** 30),
  /** how often the reconciler runs. On AWS a run may take 15 minutes, so with less two may overlap */
  reconcileEveryMinutes: wholeNumber('minutes', 1, 1440).default(15),
  ...audit,
  ...tables,
  /** whether a second key signs certificates of erasure, by ML-DSA: false in a region whose KMS has no such keys */
  postQuantumSignature: trueOrFalse().default(true),
  /** whether two tenants of the stack's own regularly try every way to each other's key */
  canary: trueOrFalse().default(true),
  canaryEveryMinutes: wholeNumber('minutes', 1, 1440).default(15),
  ...monitoring,
  ...functions,
  ...api,
  /** whose pages may use the API in a browser; none: nobody's */
  corsOrigins: corsOrigins.default([]),
  /** other key stores in which tenants may have their keys; absent: none */
  keyStores: keyStores.optional(),
  /** tenants whose keys CloudFormation makes */
  tenants: declaredTenants.default([]),
  stage: text(/^[A-Za-z0-9_-]{1,128}$/, texts.stage).default('v1'),
};

/** What goes together, in either form. */
const rules = [
  ownTrailHasOwnGroup,
  eachItsTable,
  issuerIsReached,
  ...apiRules,
  ...functionRules,
  ...monitoringRules,
];

type Common = z.output<z.ZodObject<typeof shape>>;

/** What goes together with issuers, which both forms have as a list. */
const rulesBesideIssuers = [originsBesideIssuers, keyStoresBesideIssuers];

interface Rule<Settings> {
  readonly fit: (settings: Settings) => boolean;
  readonly problem: { path: string[]; message: string };
}

const checkOf =
  <Settings>(all: readonly Rule<Settings>[]) =>
  (settings: Settings, context: z.core.$RefinementCtx): void => {
    for (const rule of all) {
      if (!rule.fit(settings)) context.addIssue({ code: 'custom', ...rule.problem });
    }
  };

/** Each form has the issuers, the one as a list of one. */
const short = z
  .object({ ...oneIssuer, ...shape })
  .superRefine(checkOf<Common>(rules))
  .transform(({ issuer, audience, tenantClaim, ...others }) => ({
    ...others,
    issuers: settingsOfOne({ issuer, audience, tenantClaim }),
  }))
  .superRefine(checkOf(rulesBesideIssuers));
const long = z
  .object({ ...severalIssuers, ...shape })
  .superRefine(checkOf<Common>(rules))
  .superRefine(checkOf(rulesBesideIssuers));

export type Config = Readonly<z.output<typeof long>>;

type Settings = Partial<{ readonly [K in keyof Common]: Common[K] | undefined }>;

/** As it is written, with one issuer or several: in tenant-keys.config.ts, and for the construct. */
export type TenantKeysConfig =
  | (Settings & {
      readonly issuer: string;
      readonly audience: string;
      readonly tenantClaim?: string;
      readonly issuers?: never;
    })
  | (Settings & {
      readonly issuers: readonly GivenIssuer[];
      readonly issuer?: never;
      readonly audience?: never;
      readonly tenantClaim?: never;
    });

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

function describe(value: unknown, { message, path }: z.core.$ZodIssue): string {
  if (path.length > 1) return `: ${message}`;
  if (value === undefined) return ` is missing: it ${message}`;
  const shown = JSON.stringify(value).slice(0, 100);
  return ` ${message}; it is ${shown}`;
}

/** CDK's own context keys have a colon or a slash in them. A plain word is meant for this stack. */
export const isKeyOfCdk = (key: string): boolean => /[:/]/.test(key);

/** In either form. */
export const keysOfStack: readonly string[] = Object.keys({
  ...oneIssuer,
  ...severalIssuers,
  ...shape,
});

function unknownKeys(context: Readonly<Record<string, unknown>>): string[] {
  const known = keysOfStack.join(', ');
  return Object.keys(context)
    .filter((key) => !isKeyOfCdk(key) && !keysOfStack.includes(key))
    .map((key) => `${key} is not a context key of this stack, which has ${known}`);
}
