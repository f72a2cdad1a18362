/**
 * AWS's list prices in us-east-1, and Azure's of keys in a premium vault, in US dollars, without free tiers and without
 * discounts for volume. Invariant: each has its page. What could not be read there says `verify`: it was taken from
 * elsewhere, and wants a look at the page.
 */

export interface Price {
  /** for `per` units */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
  /** why, where it was not seen on the page */
  readonly verify?: string;
}

/** The day on which the pages were looked for. */
export const pricesAsOf = '2026-11-26';

const page = (service: string) => `https://aws.amazon.com/${service}/pricing/`;
const million = 1_000_000;
const notReadable = `the page could not be read on ${pricesAsOf}`;
const inArticles = `in articles of 2026; ${notReadable}`;

const onPage = (service: string, usd: number, per: number, unit: string): Price => ({
  usd,
  per,
  unit,
  source: page(service),
});
const unseen = (service: string, usd: number, per: number, unit: string, verify = notReadable) => ({
  ...onPage(service, usd, per, unit),
  verify,
});

const ofAzure = (usd: number, per: number, unit: string): Price => ({
  ...{ usd, per, unit },
  source: 'https://azure.microsoft.com/en-us/pricing/details/key-vault/',
  verify: `in notes of others who read it; ${notReadable}`,
});

export const prices = {
  key: onPage('kms', 1, 1, 'key and month, and once more after each of its first two rotations'),
  kmsRequest: unseen('kms', 0.03, 10_000, 'requests', inArticles),
  apiRequest: unseen('api-gateway', 3.5, million, 'requests'),
  lambdaRequest: unseen('lambda', 0.2, million, 'invocations'),
  lambdaGigabyteSecond: unseen('lambda', 0.0000133334, 1, 'GB-second on Arm'),
  // That there is a charge is documented, and that it goes by memory; how much, nothing that could be read says.
  tenantEnvironment: unseen(
    'lambda',
    0.000167,
    1,
    'GB of an environment of its own for a tenant',
    'an assumption: no source for the amount was found',
  ),
  tableWrite: unseen('dynamodb', 0.625, million, 'writes of 1 kB'),
  tableRead: unseen('dynamodb', 0.125, million, 'reads of 4 kB'),
  tableStorage: onPage('dynamodb', 0.25, 1, 'GB and month'),
  tableRecovery: unseen('dynamodb', 0.2, 1, 'GB and month of point-in-time recovery'),
  logIngestion: unseen('cloudwatch', 0.5, 1, 'GB taken in', inArticles),
  logStorage: unseen('cloudwatch', 0.03, 1, 'GB and month, compressed'),
  metric: unseen('cloudwatch', 0.3, 1, 'metric and month', inArticles),
  alarmMetric: unseen('cloudwatch', 0.1, 1, 'metric of an alarm and month'),
  dashboard: unseen('cloudwatch', 3, 1, 'dashboard and month', inArticles),
  dataEvent: unseen('cloudtrail', 0.1, 100_000, 'data events'),
  secondTrailEvent: unseen('cloudtrail', 2, 100_000, 'management events of a second trail'),
  objectStorage: unseen('s3', 0.023, 1, 'GB and month'),
  azureKey: ofAzure(5, 1, 'HSM key of 3,072 bits and month, of the first 250'),
  azureKeyOver250: ofAzure(2.5, 1, 'HSM key of 3,072 bits and month, of the next 1,250'),
  azureKeyOver1500: ofAzure(0.9, 1, 'HSM key of 3,072 bits and month, of the next 2,500'),
  azureKeyOver4000: ofAzure(0.4, 1, 'HSM key of 3,072 bits and month, of all others'),
  azureRotation: ofAzure(1, 1, 'rotation by a rotation policy'),
  azureOperation: ofAzure(0.15, 10_000, 'operations with such a key'),
  webAcl: unseen('waf', 5, 1, 'web ACL and month'),
  webRule: unseen('waf', 1, 1, 'rule and month'),
  webRequest: unseen('waf', 0.6, million, 'requests'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
