/**
 * Invoke. Invariant: nothing runs, and nobody learns whether a function is there, before the caller's identity policies
 * have allowed `lambda:InvokeFunction` on it. The function's own permissions are for services, which do not come here.
 */
import type { Operation } from '../aws/operation.ts';
import { resourceTags } from '../aws/resource-tags.ts';
import type { InvokeOutput } from '../aws/wire/lambda-protocol.ts';
import type { Account } from '../template/resource-types.ts';
import { FunctionError } from './environment.ts';
import { invalidContent, invalidParameter, notFound, serviceFailed, tooLarge } from './errors.ts';
import { type InvocationType, type InvokeRequest, readInvoke } from './invoke-request.ts';
import type { Runtime } from './runtime.ts';
import type { FunctionDefinition } from './template.ts';

export interface LambdaOptions {
  readonly account: Omit<Account, 'stackName'>;
  /** by ARN */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** runs them; absent: only a dry run is answered */
  /** that runs the function, once there is one */
  readonly runtime: (functionArn: string) => Runtime | undefined;
}

/** Lambda's quotas for a payload, and for an answer. */
const maxPayloadBytes: Readonly<Record<InvocationType, number>> = {
  RequestResponse: 6_291_456,
  Event: 1_048_576,
  DryRun: 6_291_456,
};
const maxAnswerBytes = 6_291_556;

export const invoke =
  ({ account, functions, runtime }: LambdaOptions): Operation =>
  async (input, call): Promise<InvokeOutput> => {
    const request = readInvoke(input, account);
    const { functionArn, invocationType, tenantId } = request;
    const definition = functions.get(functionArn);
    call.authorize({
      action: 'lambda:InvokeFunction',
      resource: request.resourceArn,
      context: resourceTags(definition?.tags),
    });
    requireInvocable(definition, request);
    const event = eventOf(request);
    if (invocationType === 'DryRun') return { StatusCode: 204 };
    const running = runtime(functionArn)?.invoke(functionArn, event, {
      tenantId,
      requestId: call.requestId,
    });
    if (running === undefined) throw serviceFailed('No function runs in this part of the stack.');
    if (invocationType === 'Event') {
      // The caller never learns how it ended.
      running.catch(() => {});
      return { StatusCode: 202 };
    }
    return { StatusCode: 200, ExecutedVersion: '$LATEST', ...(await answerOf(running, call)) };
  };

/** @throws AwsError ResourceNotFoundException, InvalidParameterValueException */
function requireInvocable(
  definition: FunctionDefinition | undefined,
  { qualifier = '$LATEST', resourceArn, tenantId }: InvokeRequest,
): void {
  if (definition === undefined || qualifier !== '$LATEST') {
    throw notFound(`Function not found: ${resourceArn}`);
  }
  if (definition.perTenant && tenantId === undefined) {
    throw invalidParameter(
      'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
    );
  }
  if (!definition.perTenant && tenantId !== undefined) {
    // AWS documents the error, not its words.
    throw invalidParameter(
      'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
    );
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws AwsError RequestEntityTooLargeException, InvalidRequestContentException, which does not show the payload */
function eventOf({ payload, invocationType }: InvokeRequest): unknown {
  const limitBytes = maxPayloadBytes[invocationType];
  if (payload.length > limitBytes) throw tooLarge(payload.length, invocationType, limitBytes);
  if (payload.length === 0) return {};
  try {
    return JSON.parse(utf8.decode(payload));
  } catch {
    throw invalidContent('it is not JSON in UTF-8');
  }
}

async function answerOf(
  running: Promise<unknown>,
  { requestId }: { readonly requestId: string },
): Promise<Pick<InvokeOutput, 'FunctionError' | 'Payload'>> {
  try {
    const Payload = JSON.stringify((await running) ?? null);
    if (Buffer.byteLength(Payload) <= maxAnswerBytes) return { Payload };
    return failure(
      'Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`,
    );
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, message } = error;
    // What the handler threw is answered as it is; of the environment's own end, Lambda names the request.
    const isOfLambda = /^(Sandbox|Runtime)\./.test(errorType);
    return failure(errorType, isOfLambda ? `RequestId: ${requestId} Error: ${message}` : message);
  }
}

const failure = (errorType: string, errorMessage: string) => ({
  FunctionError: 'Unhandled' as const,
  Payload: JSON.stringify({ errorType, errorMessage }),
});
