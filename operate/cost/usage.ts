/** What a month uses, in the units that AWS's prices have. */
import type { Coefficients, Counts } from './coefficients.ts';
import { isInKms, storeLineBytes, storeRuns } from './key-stores.ts';
import { type CostSettings, daysAMonth } from './settings.ts';

const runsADay = 96;
export const runsAMonth = runsADay * daysAMonth;
/** CloudTrail compresses its files, and CloudWatch the lines that it keeps: to a tenth of the text, which is assumed. */
const compressed = 0.1;
/** Logs are kept for a year (`lib/storage/log-group.ts`), the trail's files for longer. */
const monthsKept = 12;
/** Of the functions beside the data plane, and of a run of the canary. Assumed: only Lambda could show it. */
const otherSeconds = 0.02;
const canarySeconds = 5;
/** As the reconciler limits itself (`lambdas/reconciler/kms-rate-limit.ts`). */
const readsPerSecond = 100;
const kilobyte = 1024;
const gigabyte = 1e9;

/** @returns what requests, cold ones and those of new environments included, come to */
export function requestsUse(settings: CostSettings, coefficients: Coefficients) {
  const { requests, coldShare } = settings;
  const { warmRequest, coldRequest, firstRequest } = coefficients;
  const first = Math.min(requests, settings.environments);
  const cold = Math.min(requests - first, requests * coldShare);
  const warm = requests - first - cold;
  const sum = (name: keyof Counts) =>
    warm * warmRequest[name] + cold * coldRequest[name] + first * firstRequest[name];
  const keyCalls = sum('kmsCalls');
  const ofRequests = {
    first,
    /** of the store that has the tenants' keys: a data key takes one, whichever it is */
    keyCalls,
    brokerCalls: sum('brokerCalls'),
    tableReads: sum('tableCalls'),
    auditRows: sum('auditRows'),
  };
  if (isInKms(settings))
    return {
      ...ofRequests,
      logBytes: sum('logBytes'),
      trailEvents: sum('trailEvents'),
      trailBytes: sum('trailBytes'),
    };
  // What the trail has of a call of KMS the function's own log has.
  return {
    ...ofRequests,
    logBytes: sum('logBytes') + keyCalls * storeLineBytes,
    trailEvents: ofRequests.brokerCalls,
    trailBytes: ofRequests.brokerCalls * invokeBytes(coefficients),
  };
}

/** Of all tenants and runs. The rows are read whole, and consistently. */
export function reconcilerUse(
  settings: CostSettings,
  { reconciler, registryRowBytes, template }: Coefficients,
) {
  const { tenants, keyStore } = settings;
  const { thoroughRunsADay: thorough, ...of } = reconciler;
  const glances = runsADay - thorough;
  const perDay = (glance: number, full: number) => glances * glance + thorough * full;
  const unitsAScan = Math.ceil((tenants * registryRowBytes) / (4 * kilobyte));
  const callsAMonth = tenants * perDay(of.glanceCalls, of.thoroughCalls) * daysAMonth;
  const kmsCalls = isInKms(settings) ? callsAMonth : 0;
  const { calls, rows } = storeRuns[keyStore];
  const storeRows = tenants * rows * runsAMonth;
  return {
    kmsCalls,
    storeCalls: tenants * calls * runsAMonth,
    storeRows,
    storeLogBytes: storeRows * storeLineBytes,
    tableReads: unitsAScan * perDay(of.glanceScans, of.thoroughScans) * daysAMonth,
    gigabyteSeconds:
      ((kmsCalls + storeRows) / readsPerSecond) * (template.otherMegabytes / kilobyte),
    trailBytes: kmsCalls * of.eventBytes,
  };
}

export const canaryGigabyteSeconds = ({ template }: Coefficients): number =>
  (runsAMonth * canarySeconds * template.otherMegabytes) / kilobyte;

/** @returns how often functions are invoked for requests, and their GB-seconds */
export function lambdaUse(
  { requests, milliseconds }: CostSettings,
  { template }: Coefficients,
  use: ReturnType<typeof requestsUse>,
) {
  // At worst the authorizer runs for each request too, and the indexer for each row.
  const beside = requests + use.auditRows + use.brokerCalls;
  const seconds = (requests * milliseconds) / 1000;
  return {
    invocations: requests + beside,
    gigabyteSeconds:
      (seconds * template.cryptoMegabytes + beside * otherSeconds * template.otherMegabytes) /
      kilobyte,
  };
}

/** @returns memory of an environment of the data plane, for each that Lambda makes */
export const environmentGigabytes = (
  { environments, requests }: CostSettings,
  { template }: Coefficients,
): number => (Math.min(environments, requests) * template.cryptoMegabytes) / kilobyte;

/** @returns rows written in a month, once more for the index of all events, and what lies there in the end */
export function auditUse(
  { auditRetentionDays }: CostSettings,
  { auditRowBytes }: Coefficients,
  rows: number,
) {
  return {
    writes: 2 * rows * Math.ceil(auditRowBytes / kilobyte),
    gigabytes: (rows * (auditRetentionDays / daysAMonth) * auditRowBytes) / gigabyte,
  };
}

/** @returns what a log group takes in, and keeps in the end */
export const logUse = (bytes: number) => ({
  gigabytes: bytes / gigabyte,
  keptGigabytes: (bytes * compressed * monthsKept) / gigabyte,
});

/** Of an invocation, as the trail has it. */
export const invokeBytes = ({ firstRequest, coldRequest }: Coefficients): number =>
  firstRequest.trailBytes - coldRequest.trailBytes;

/** After how many of its rotations a key costs more: KMS counts the first two. */
export const paidRotations = ({ ageDays, rotationPeriodInDays }: CostSettings): number =>
  Math.min(2, Math.floor(ageDays / rotationPeriodInDays));
