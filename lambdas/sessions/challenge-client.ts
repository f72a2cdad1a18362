/**
 * Has the session broker try a key in a tenant's own account. Invariant: the administrator's own token goes along, and a verdict
 * comes back, so that who asks has no session of any tenant.
 */
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  type ChallengeCheck,
  type ChallengeRequest,
  challengeAnswer,
} from '../../contract/external-challenge.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import { askBroker, refusal } from './session-broker-client.ts';

export interface Verdict {
  /** what is not as it must be */
  readonly failed: readonly ChallengeCheck[];
  /** RFC 3339 */
  readonly keyCreatedAt: string | undefined;
}

/** A little more than the broker's own time: it asks AWS a dozen times. */
const attemptTimeoutMs = 11_000;

/**
 * @param functionName of the broker
 * @returns a function that throws Problem 401 or 403 for a token that may not ask, 503 where the broker cannot say
 */
export function challengeClient(functionName: string) {
  const lambda = new LambdaClient({
    ...clientConfiguration,
    maxAttempts: 2,
    requestHandler: { ...clientConfiguration.requestHandler, requestTimeout: attemptTimeoutMs },
  });
  lambda.middlewareStack.use(callBudget('broker'));
  return async (request: Omit<ChallengeRequest, 'plane'>): Promise<Verdict> => {
    const asked: ChallengeRequest = { plane: 'challenge', ...request };
    const answer = challengeAnswer.parse(await askBroker(lambda, functionName, asked));
    if (answer.outcome === 'judged')
      return { failed: answer.failed, keyCreatedAt: answer.keyCreatedAt };
    throw refusal(answer, 'tenant-keys/admin');
  };
}
