/** What is beside the API: what one machine has of it, and what AWS has. */
import type { CanaryReport } from '../../contract/canary-report.ts';
import type { Patience } from '../until.ts';

export interface Platform {
  /** whether calls of KMS come into the audit; if not, why */
  readonly keyEvents: true | string;
  /**
   * Runs the canary once.
   * @throws LeftOut
   */
  canary(): Promise<CanaryReport>;
  /**
   * Sets an alarm by hand, and waits until its message is at the topic.
   * @returns what was seen, in words
   * @throws LeftOut, StepFailure
   */
  alarm(patience: Patience): Promise<string>;
  /**
   * Waits until the trail has delivered something that happened since.
   * @returns what was seen, in words
   * @throws LeftOut, StepFailure
   */
  trail(since: Date, patience: Patience): Promise<string>;
}
