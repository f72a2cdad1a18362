/**
 * Lambda's REST-JSON: the path names the function. Of Invoke headers carry the parameters, and the body is the payload.
 */
import { AwsError } from './aws-error.ts';
import type { Protocol } from './protocol.ts';
import { headerOf, type ReceivedHeaders } from './request.ts';

const functionTarget =
  /^\/2015-03-31\/functions\/([^/?]+)\/(invocations|configuration)(?:\?(.*))?$/s;

/** By method and the end of the path. */
const operations: Readonly<Record<string, string>> = {
  'POST invocations': 'Invoke',
  'GET configuration': 'GetFunctionConfiguration',
};

/** @returns nothing for an operation that is not here */
export const lambdaOperationOf = (method: string, target: string): string | undefined =>
  operations[`${method} ${functionTarget.exec(target)?.[2]}`];

/** What Lambda answers with another status than the JSON protocols. */
const statuses: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ExpiredTokenException: 403,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
};

/** Of these errors the model spells the member `Message`, of the others `message`. */
const withCapital = new Set([
  'AccessDeniedException',
  'ResourceNotFoundException',
  'ServiceException',
]);

const contentType = 'application/json';

/** How Invoke answers: what of the output goes where. */
export interface InvokeOutput {
  readonly StatusCode: 200 | 202 | 204;
  readonly FunctionError?: 'Unhandled';
  /** JSON */
  readonly Payload?: string;
  readonly ExecutedVersion?: string;
}

/** @param target of an operation that is here; of another request only the answers are written in it */
export const lambdaProtocol = (target: string, headers: ReceivedHeaders): Protocol => ({
  readInput: (Payload) => ({ ...parametersOf(target, headers), Payload }),
  answer(operation, output) {
    if (operation !== 'Invoke') return { status: 200, contentType, body: JSON.stringify(output) };
    const { StatusCode, FunctionError, Payload = '', ExecutedVersion } = output as InvokeOutput;
    return {
      status: StatusCode,
      contentType,
      body: Payload,
      headers: {
        ...(ExecutedVersion && { 'X-Amz-Executed-Version': ExecutedVersion }),
        ...(FunctionError && { 'X-Amz-Function-Error': FunctionError }),
      },
    };
  },
  refuse: ({ name, message, members, status }) => ({
    status: statuses[name] ?? status,
    contentType,
    body: JSON.stringify({ ...members, [withCapital.has(name) ? 'Message' : 'message']: message }),
    headers: { 'x-amzn-ErrorType': name },
    code: name,
  }),
});

/** @throws AwsError for an encoding that is none, a header or parameter that was sent twice */
function parametersOf(target: string, headers: ReceivedHeaders) {
  const [, name = '', , query = ''] = functionTarget.exec(target) ?? [];
  const qualifiers = new URLSearchParams(query).getAll('Qualifier');
  if (qualifiers.length > 1) throw malformed('The parameter Qualifier was sent twice.');
  return {
    FunctionName: decoded(name),
    Qualifier: qualifiers[0],
    InvocationType: headerOf(headers, 'x-amz-invocation-type'),
    LogType: headerOf(headers, 'x-amz-log-type'),
    TenantId: headerOf(headers, 'x-amz-tenant-id'),
    ClientContext: headerOf(headers, 'x-amz-client-context'),
    DurableExecutionName: headerOf(headers, 'x-amz-durable-execution-name'),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('The path is not well formed.');
  }
}

const malformed = (message: string) => new AwsError('SerializationException', message);
