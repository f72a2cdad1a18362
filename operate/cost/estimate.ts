/** The items of a month's bill. Invariant: each is a quantity at one price, so that anybody can check it. */
import type { Coefficients } from './coefficients.ts';
import { azureKeysAt, isInAzure, isInKms, issuerKeys } from './key-stores.ts';
import { type PriceName, prices } from './prices.ts';
import { type CostSettings, daysAMonth } from './settings.ts';
import {
  auditUse,
  canaryGigabyteSeconds,
  environmentGigabytes,
  invokeBytes,
  lambdaUse,
  logUse,
  paidRotations,
  reconcilerUse,
  requestsUse,
  runsAMonth,
} from './usage.ts';

export type Part = 'stack' | 'tenants' | 'requests';

export interface Item {
  /** what it grows with: it is there anyway, or with tenants, or with requests */
  readonly part: Part;
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  readonly usd: number;
}

export interface Estimate {
  readonly items: readonly Item[];
  readonly usd: Readonly<Record<Part | 'all', number>>;
}

export function estimate(settings: CostSettings, coefficients: Coefficients): Estimate {
  const items = [
    ...stackItems(settings, coefficients),
    ...tenantItems(settings, coefficients),
    ...requestItems(settings, coefficients),
  ].filter(({ quantity }) => quantity > 0);
  const sumOf = (some: readonly Item[]) => some.reduce((sum, { usd }) => sum + usd, 0);
  const of = (part: Part) => sumOf(items.filter((item) => item.part === part));
  return {
    items,
    usd: {
      stack: of('stack'),
      tenants: of('tenants'),
      requests: of('requests'),
      all: sumOf(items),
    },
  };
}

const itemsOf =
  (part: Part) =>
  (what: string, quantity: number, price: PriceName): Item => {
    const { usd, per } = prices[price];
    return { part, what, quantity, price, usd: (quantity / per) * usd };
  };

/** @returns what a month's lines cost as they come, and while they are kept */
const logItems = (part: Part, what: string, bytes: number): Item[] => {
  const { gigabytes, keptGigabytes } = logUse(bytes);
  return [
    itemsOf(part)(what, gigabytes, 'logIngestion'),
    itemsOf(part)(`${what}, kept`, keptGigabytes, 'logStorage'),
  ];
};

/** @returns the same for what the trail records, whose files lie in a bucket besides */
const trailItems = (part: Part, settings: CostSettings, events: number, bytes: number): Item[] => {
  if (settings.trail === 'none') return [];
  return [
    ...logItems(part, "these calls in the trail's log group", bytes),
    itemsOf(part)("these calls in the trail's files", logUse(bytes).keptGigabytes, 'objectStorage'),
    itemsOf(part)(
      'these calls, in a second trail',
      settings.trail === 'second' ? events : 0,
      'secondTrailEvent',
    ),
  ];
};

const auditItems = (
  part: Part,
  settings: CostSettings,
  coefficients: Coefficients,
  rows: number,
): Item[] => {
  const item = itemsOf(part);
  const { writes, gigabytes } = auditUse(settings, coefficients, rows);
  return [
    item('rows of the audit, and in the index of all events', writes, 'tableWrite'),
    item('these rows', 2 * gigabytes, 'tableStorage'),
    item('these rows, to be recovered', gigabytes, 'tableRecovery'),
  ];
};

function stackItems(settings: CostSettings, coefficients: Coefficients): Item[] {
  const item = itemsOf('stack');
  const { template } = coefficients;
  const metrics = template.filterMetrics + template.lineMetrics;
  // The alarm about keys that tenants have revoked.
  const revoked = isInKms(settings) ? 0 : 1;
  return [
    // Those of certificates never rotate.
    item(
      "the product's key and those of certificates",
      template.keys + paidRotations(settings),
      'key',
    ),
    item("the own issuer's keys", isInAzure(settings) ? issuerKeys : 0, 'key'),
    item('alarms', template.alarmMetrics + revoked, 'alarmMetric'),
    item('metrics', metrics + revoked + settings.operations * template.operationMetrics, 'metric'),
    item('the dashboard', template.dashboards, 'dashboard'),
    item('web ACL', settings.webRules === undefined ? 0 : 1, 'webAcl'),
    item("the web ACL's rules", settings.webRules ?? 0, 'webRule'),
    item('runs of reconciler and canary', runsAMonth * (settings.canary ? 2 : 1), 'lambdaRequest'),
    ...(settings.canary ? canaryItems(settings, coefficients) : []),
  ];
}

function canaryItems(settings: CostSettings, coefficients: Coefficients): Item[] {
  const item = itemsOf('stack');
  const { template, canaryDay, reconciler } = coefficients;
  const calls = (canaryDay.kmsCalls + canaryDay.stsCalls) * daysAMonth;
  return [
    item("the canary's keys", template.canaryKeys, 'key'),
    item("the canary's calls of KMS", canaryDay.kmsCalls * daysAMonth, 'kmsRequest'),
    item("the canary's reads of tables", canaryDay.tableCalls * daysAMonth, 'tableRead'),
    item("the canary's time", canaryGigabyteSeconds(coefficients), 'lambdaGigabyteSecond'),
    ...trailItems('stack', settings, calls, calls * reconciler.eventBytes),
  ];
}

function tenantItems(settings: CostSettings, coefficients: Coefficients): Item[] {
  const item = itemsOf('tenants');
  const { trail, tenantIsolation } = settings;
  const use = reconcilerUse(settings, coefficients);
  const environments = tenantIsolation ? environmentGigabytes(settings, coefficients) : 0;
  return [
    ...keyItems(settings),
    item("isolation mode's environments", environments, 'tenantEnvironment'),
    item("the reconciler's reads of the registry", use.tableReads, 'tableRead'),
    item("the reconciler's time", use.gigabyteSeconds, 'lambdaGigabyteSecond'),
    item("the reconciler's calls of KMS", use.kmsCalls, 'kmsRequest'),
    item(
      "the reconciler's operations in Azure",
      isInAzure(settings) ? use.storeCalls : 0,
      'azureOperation',
    ),
    ...trailItems('tenants', settings, use.kmsCalls, use.trailBytes),
    ...logItems('tenants', "the reconciler's lines of its calls", use.storeLogBytes),
    ...auditItems(
      'tenants',
      settings,
      coefficients,
      (trail === 'none' ? 0 : use.kmsCalls) + use.storeRows,
    ),
  ];
}

/** A Vault has no price, and a tenant pays for what is in its own account. */
function keyItems(settings: CostSettings): Item[] {
  const item = itemsOf('tenants');
  const { tenants, keyVersions, rotationPeriodInDays } = settings;
  if (isInKms(settings))
    return [item("tenants' keys", tenants * (1 + paidRotations(settings)), 'key')];
  if (!isInAzure(settings)) return [];
  const rotations = (tenants * daysAMonth) / rotationPeriodInDays;
  return [
    ...azureKeysAt(tenants * keyVersions).map(([price, keys]) =>
      item("tenants' keys in Azure", keys, price),
    ),
    item("these keys' rotations", rotations, 'azureRotation'),
  ];
}

function requestItems(settings: CostSettings, coefficients: Coefficients): Item[] {
  const item = itemsOf('requests');
  const { requests, trail, functionEvents, webRules } = settings;
  const use = requestsUse(settings, coefficients);
  const { invocations, gigabyteSeconds } = lambdaUse(settings, coefficients, use);
  // The data plane's, and at worst the authorizer's each time.
  const recorded = trail !== 'none' && functionEvents ? 2 * requests : 0;
  return [
    item('requests', requests, 'apiRequest'),
    item('requests through the web ACL', webRules === undefined ? 0 : requests, 'webRequest'),
    item('invocations', invocations, 'lambdaRequest'),
    item("the functions' time", gigabyteSeconds, 'lambdaGigabyteSecond'),
    item('reads of the registry', use.tableReads, 'tableRead'),
    ...logItems('requests', "the functions' logs and the access log", use.logBytes),
    item('invocations that the trail records', recorded, 'dataEvent'),
    ...logItems('requests', "these in the trail's log group", recorded * invokeBytes(coefficients)),
    item('calls of KMS', isInKms(settings) ? use.keyCalls : 0, 'kmsRequest'),
    item('operations in Azure', isInAzure(settings) ? use.keyCalls : 0, 'azureOperation'),
    ...trailItems('requests', settings, use.trailEvents, use.trailBytes),
    ...auditItems('requests', settings, coefficients, use.auditRows),
  ];
}
