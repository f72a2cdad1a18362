/**
 * Has the session broker say to a key store which function of the product this is. Invariant: what goes along is a signature by this
 * function's own role, for this broker alone; the role's credentials stay here.
 */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { type FunctionTokenRequest, functionTokenAnswer } from '../../contract/function-token.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import { signCallerIdentity } from '../aws/signed-caller-identity.ts';
import { askBroker, noAnswer } from './session-broker-client.ts';

/**
 * @param brokerName of the broker's function
 * @returns a function that asks each time; it throws Problem 503 where the broker cannot say, and Error where it does not know this
 * function
 */
export function functionTokens(brokerName: string): () => Promise<string> {
  const sts = new STSClient(clientConfiguration);
  const lambda = new LambdaClient(clientConfiguration);
  lambda.middlewareStack.use(callBudget('broker'));
  return async () => {
    const signed = await signCallerIdentity(sts, brokerName);
    const asked: FunctionTokenRequest = { wants: 'function-token', signed };
    const answer = functionTokenAnswer.parse(await askBroker(lambda, brokerName, asked));
    if (answer.outcome === 'issued') return answer.identityToken;
    if (answer.outcome === 'unavailable') throw noAnswer(answer);
    throw new Error('the session broker does not know this function');
  };
}
