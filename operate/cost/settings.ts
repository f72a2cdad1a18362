/** What the cost of a month depends on, and what is assumed where nobody says it. */
import type { CostKeyStore } from './key-stores.ts';

export interface CostSettings {
  readonly tenants: number;
  /** to the data plane, a month */
  readonly requests: number;
  /** of these the share that finds no data key in memory, 0 to 1 */
  readonly coldShare: number;
  /** how long the data plane works on a request */
  readonly milliseconds: number;
  /** environments of the data plane that Lambda makes in a month */
  readonly environments: number;
  /** how old the keys are */
  readonly ageDays: number;
  readonly rotationPeriodInDays: number;
  /** for how long audit rows are kept, and how many months of them there are */
  readonly auditRetentionDays: number;
  /** operations that are called in most hours */
  readonly operations: number;
  readonly canary: boolean;
  /** `second`: the account has another trail, so CloudTrail's management events are paid for */
  readonly trail: 'none' | 'first' | 'second';
  readonly functionEvents: boolean;
  readonly tenantIsolation: boolean;
  /** undefined: no web ACL */
  readonly webRules: number | undefined;
  /** where the keys of all tenants are */
  readonly keyStore: CostKeyStore;
  /** versions of a tenant's key in Azure that something was wrapped or opened by in the month */
  readonly keyVersions: number;
}

export const daysAMonth = 30;

/** @param given what somebody said; environments: each tenant's one is made anew once a day */
export const settingsOf = (
  given: Pick<CostSettings, 'tenants' | 'requests'> & Partial<CostSettings>,
): CostSettings => ({
  coldShare: 0.1,
  milliseconds: 50,
  environments: given.tenants * daysAMonth,
  ageDays: 365,
  rotationPeriodInDays: 90,
  auditRetentionDays: 365,
  operations: 6,
  canary: true,
  trail: 'first',
  functionEvents: true,
  tenantIsolation: true,
  webRules: undefined,
  keyStore: 'aws-kms',
  keyVersions: 1,
  ...given,
});
