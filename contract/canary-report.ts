/** What the canary answers and logs: the probes that ended otherwise than they must, and how many did not. */
export interface CanaryReport {
  /** names of probes that must be refused and got through */
  readonly opened: readonly string[];
  /** names of probes that must be allowed and were refused */
  readonly broken: readonly string[];
  /** names of probes that show neither */
  readonly unknown: readonly string[];
  /** how many probes were refused, as they must be */
  readonly denied: number;
  /** how many probes were allowed, as they must be */
  readonly allowed: number;
}
