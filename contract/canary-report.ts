/** What the canary answers and logs: the names of the probes that it tried, by what came of them. */
export interface CanaryReport {
  /** that must be refused and got through */
  readonly opened: readonly string[];
  /** that must be allowed and were refused */
  readonly broken: readonly string[];
  /** that show neither, or were not begun in time */
  readonly unknown: readonly string[];
  /** that were refused, as they must be */
  readonly denied: readonly string[];
  /** that were allowed, as they must be */
  readonly allowed: readonly string[];
}
