/**
 * What a stack does for a request, for a tenant and by itself, as it was counted on a local stack. Invariant: nothing here
 * is guessed. `test/e2e/cost-coefficients.test.ts` counts again and fails where a number has drifted; with
 * `WRITE_COEFFICIENTS=1` in its environment it writes them anew.
 */
import { readFileSync } from 'node:fs';

/** What one thing costs in calls, lines and rows. */
export interface Counts {
  readonly kmsCalls: number;
  /** invocations of the session broker */
  readonly brokerCalls: number;
  readonly stsCalls: number;
  /** calls of DynamoDB but the indexer's */
  readonly tableCalls: number;
  /** of the functions' lines but the indexer's, and of the access log */
  readonly logBytes: number;
  /** KMS's calls, and invocations of the session broker, as CloudTrail has them */
  readonly trailEvents: number;
  readonly trailBytes: number;
  readonly auditRows: number;
}

export interface Coefficients {
  /** an encrypt from a data key in memory; the row is read each time, as with registryTtlSeconds 0 */
  readonly warmRequest: Counts;
  /** an encrypt that needs a data key, in an environment that has the tenant's session */
  readonly coldRequest: Counts;
  /** the first encrypt in an environment */
  readonly firstRequest: Counts;
  /** what a run of the reconciler costs for each tenant, and for itself */
  readonly reconciler: {
    /** calls of KMS a tenant, in most runs */
    readonly glanceCalls: number;
    /** calls of KMS a tenant, in a thorough run */
    readonly thoroughCalls: number;
    /** reads of the whole registry, in most runs */
    readonly glanceScans: number;
    readonly thoroughScans: number;
    /** thorough runs of a day, with a run each quarter of an hour */
    readonly thoroughRunsADay: number;
    /** of CloudTrail's event of one of these calls */
    readonly eventBytes: number;
  };
  /** of a day of the canary's runs, each quarter of an hour */
  readonly canaryDay: {
    readonly kmsCalls: number;
    readonly stsCalls: number;
    readonly tableCalls: number;
  };
  /** of an active tenant, and of an event, as DynamoDB counts them */
  readonly registryRowBytes: number;
  readonly auditRowBytes: number;
  /** of the template with the defaults */
  readonly template: {
    /** of which the product's own rotates as tenants' do, and the two for certificates do not */
    readonly keys: number;
    readonly canaryKeys: number;
    /** metrics that alarms look at: an alarm on a sum is paid for each of them */
    readonly alarmMetrics: number;
    /** of the metric filters */
    readonly filterMetrics: number;
    /** of the functions' lines, but those with the operation as dimension */
    readonly lineMetrics: number;
    /** with an operation as dimension, for each operation that is called */
    readonly operationMetrics: number;
    readonly dashboards: number;
    readonly cryptoMegabytes: number;
    readonly otherMegabytes: number;
  };
}

export const coefficientsFile = new URL('coefficients.json', import.meta.url);

export const readCoefficients = (): Coefficients =>
  JSON.parse(readFileSync(coefficientsFile, 'utf8'));
