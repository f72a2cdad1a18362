/** Asks the session broker. What it answers is one of the few answers of the contract, or an error. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { IdentityTokenRequest } from '../../contract/identity-token.ts';
import { issuerUnavailable } from '../../contract/issuer-faults.ts';
import { forbidden, type Problem, unauthorized, unavailable } from '../../contract/problem.ts';
import type { Scope } from '../../contract/routes.ts';
import {
  identityTokenAnswer,
  type SessionAnswer,
  type SessionRefusal,
  type SessionRequest,
  sessionAnswer,
  sessionScope,
} from '../../contract/session-broker.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';

export type OpenedSession = Extract<SessionAnswer, { outcome: 'opened' }>;

/** @returns Problem 503 of an answer that says nothing about who asks */
export const noAnswer = ({
  fault,
}: Extract<SessionRefusal, { outcome: 'unavailable' }>): Problem =>
  fault === undefined ? unavailable() : issuerUnavailable(fault);

/**
 * @param scope that the token should have
 * @returns Problem 401, 403 or 503
 */
export function refusal(answer: SessionRefusal, scope: Scope): Problem {
  if (answer.outcome === 'unavailable') return noAnswer(answer);
  return answer.outcome === 'unauthorized' ? unauthorized() : forbidden(scope);
}

export interface SessionBroker {
  /** @throws Problem 401 or 403 for a token that opens no such session, 503 where it may later */
  open(request: SessionRequest): Promise<OpenedSession>;
  /** @returns a token that names the tenant to a key store; @throws Problem the same */
  identityToken(request: IdentityTokenRequest): Promise<string>;
  /** holds the connections of this client, for others to share */
  readonly requestHandler: unknown;
}

/** @param functionName of the broker */
export function sessionBroker(functionName: string): SessionBroker {
  const lambda = new LambdaClient(clientConfiguration);
  lambda.middlewareStack.use(callBudget('broker'));
  const ask = (request: SessionRequest | IdentityTokenRequest) =>
    askBroker(lambda, functionName, request);
  const open = async (request: SessionRequest) => {
    const answer = sessionAnswer.parse(await ask(request));
    if (answer.outcome !== 'opened') throw refusal(answer, sessionScope(request.plane));
    // The broker says which tenant's session it is; a session under another tenant's name would be its worst defect.
    if (answer.tenantId !== request.tenantId) throw new Error('the session is of another tenant');
    return answer;
  };
  const identityToken = async (request: IdentityTokenRequest) => {
    const answer = identityTokenAnswer.parse(await ask(request));
    if (answer.outcome !== 'issued') throw refusal(answer, sessionScope('crypto'));
    if (answer.tenantId !== request.tenantId) throw new Error('the token is of another tenant');
    return answer.identityToken;
  };
  return { open, identityToken, requestHandler: lambda.config.requestHandler };
}

/** @throws Problem 503 where the broker has no answer for now; Error where it has failed */
export async function askBroker(
  lambda: LambdaClient,
  functionName: string,
  request: object,
): Promise<unknown> {
  const asked = new InvokeCommand({
    FunctionName: functionName,
    Payload: JSON.stringify(request),
  });
  const { FunctionError, Payload } = await lambda.send(asked).catch((error: unknown) => {
    throw aboutItsOwnKey(error) ? new Error("the session broker's function has no key") : error;
  });
  const payload: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  if (FunctionError !== undefined) throw functionError(payload);
  return payload;
}

/** Lambda cannot decrypt the function's environment. By the same names KMS refuses the use of a tenant's key. */
const aboutItsOwnKey = (error: unknown) => /^KMS/.test(String((error as Error)?.name));

/**
 * Lambda's own failures (a time that is up, a process that ended) may pass; what the broker threw does not. Lambda has
 * named the former so only since a while; what a function throws always has a type.
 */
function functionError(payload: unknown): Error {
  const { errorType } = (payload ?? {}) as { readonly errorType?: unknown };
  if (errorType === undefined || /^(Sandbox|Runtime)\./.test(String(errorType))) {
    return unavailable();
  }
  return new Error('the session broker failed; see its log');
}
