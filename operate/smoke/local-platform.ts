/** A stack of `npm start`. */
import type { CanaryReport } from '../../contract/canary-report.ts';
import { LeftOut, StepFailure } from '../step.ts';
import type { Platform } from './platform.ts';

/** @param aws URL of the stack's AWS endpoint, if it said so */
export const localPlatform = (aws: string | undefined): Platform => ({
  keyEvents: true,
  async canary() {
    if (aws === undefined) {
      throw new StepFailure('the stack has not said where its AWS endpoint is', 'start it again');
    }
    // Within the five minutes that fetch waits for headers: on one machine a run takes seconds.
    const response = await fetch(`${aws}/_local/canary`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    const body = (await response.json()) as CanaryReport & { readonly message?: string };
    if (response.ok) return body;
    throw new StepFailure(body.message ?? `${aws} answered ${response.status}`);
  },
  alarm: async () => {
    throw new LeftOut('one machine has no CloudWatch alarms and no topic');
  },
  trail: async () => {
    throw new LeftOut(
      'one machine has no trail: calls of KMS go to the indexer at once, as `audit` has shown',
    );
  },
});
