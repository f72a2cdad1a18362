/**
 * Holds an answer of the API against docs/openapi.json: its status, its headers and its body, and the request of a
 * success too. Every client of the end-to-end suite does so with every answer, whatever the test looks at itself.
 */
import * as z from 'zod/mini';
import { type OperationSchemas, operations } from '../../contract/operations.ts';
import { problemJson } from '../../contract/problem.ts';
import { problemBody } from '../../contract/problem-body.ts';
import { type AnsweredRequest, noteAnswer } from './answers.ts';
import {
  at,
  documentedOperation,
  faultBySchema,
  type Operation,
  type Place,
} from './documented.ts';

export interface SentRequest {
  readonly method: string;
  /** below the stage, as it was sent */
  readonly path: string;
  /** undefined where it was not sent as an object */
  readonly json?: unknown;
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined where the answer is not JSON */
  readonly json: unknown;
}

/** @throws Error that says what does not fit */
export function checkAnswer(sent: SentRequest, answer: ReceivedAnswer): void {
  const { method, path } = sent;
  const operation = documentedOperation(method, path);
  const fault =
    operation === undefined ? faultWithoutRoute(answer) : faultOf(operation, sent, answer);
  if (fault !== undefined) {
    throw new Error(
      `the answer ${answer.status} to ${method} ${path} is not as docs/openapi.json has it: ${fault}`,
    );
  }
  noteAnswer(answered(operation, answer));
}

const answered = (operation: Operation | undefined, { status, json }: ReceivedAnswer) =>
  ({
    operation: operation?.operationId ?? 'none',
    status,
    ...(status >= 400 && { code: Object(json).code }),
  }) satisfies AnsweredRequest;

/** Also of `PUT /tenants`, which the document leaves out since it is always a 400. */
function faultWithoutRoute({ status, headers, json }: ReceivedAnswer): string | undefined {
  if (status < 400) return 'there is no such route';
  const type = headers['content-type'];
  if (type !== problemJson) return `${type} instead of ${problemJson}`;
  return (
    faultByContract(problemBody, json) ??
    (Object(json).status === status ? undefined : 'another status in its body')
  );
}

function faultOf(
  operation: Operation,
  sent: SentRequest,
  answer: ReceivedAnswer,
): string | undefined {
  const response = at(operation.place, 'responses', String(answer.status));
  if (response === undefined) return `${operation.operationId} has no such status`;
  return (
    faultOfHeaders(response, answer) ??
    faultOfBody(response, answer) ??
    faultOfMeaning(operation, answer) ??
    (answer.status < 400 && !hasFailedItem(answer) ? faultOfRequest(operation, sent) : undefined)
  );
}

/** What every HTTP server sends. */
const ofHttp = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

/** Of a stack with allowed origins; test/e2e/cors.test.ts says when and what. */
const ofCors = new Set(['access-control-allow-origin', 'access-control-expose-headers', 'vary']);

function faultOfHeaders(response: Place, { headers }: ReceivedAnswer): string | undefined {
  const described = Object.keys(response.value.headers);
  const names = new Set(described.map((name) => name.toLowerCase()));
  const stray = Object.keys(headers).find(
    (name) => !names.has(name) && !ofHttp.has(name) && !ofCors.has(name),
  );
  if (stray !== undefined) return `the header ${stray} is not described`;
  for (const name of described) {
    const header = at(response, 'headers', name) as Place;
    const value = headers[name.toLowerCase()];
    if (value === undefined) {
      if (header.value.required) return `it has no ${name}`;
      continue;
    }
    const isNumber = header.value.schema.type === 'integer';
    const fault = faultBySchema([...header.path, 'schema'], isNumber ? Number(value) : value);
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  return undefined;
}

function faultOfBody(response: Place, { headers, json }: ReceivedAnswer): string | undefined {
  const type = headers['content-type'];
  const content = at(response, 'content', String(type));
  if (content === undefined) return `it is ${type}`;
  const hasSchema = content.value.schema !== undefined;
  return hasSchema ? faultBySchema([...content.path, 'schema'], json) : undefined;
}

/** What no JSON Schema says: that code, status, title and type of a problem go together. */
function faultOfMeaning({ operationId }: Operation, answer: ReceivedAnswer): string | undefined {
  const { status, json } = answer;
  if (status >= 400) return faultByContract(problemBody, json);
  const schemas: Readonly<Record<string, OperationSchemas>> = operations;
  const schema = schemas[operationId]?.responses[status];
  return schema === undefined || json === undefined ? undefined : faultByContract(schema, json);
}

function faultByContract(schema: z.ZodMiniType, json: unknown): string | undefined {
  const { error } = z.safeParse(schema, json);
  return error === undefined ? undefined : z.prettifyError(error);
}

/** Such a batch may have had anything in that item's place. */
const hasFailedItem = ({ json }: ReceivedAnswer): boolean =>
  (Object(json).items ?? []).some((item: object) => 'error' in item);

/** What succeeds is a request that the document allows. */
function faultOfRequest({ place }: Operation, { json }: SentRequest): string | undefined {
  if (json === undefined) return undefined;
  const content = at(place, 'requestBody', 'content', 'application/json');
  if (content === undefined) return 'it took a body';
  const fault = faultBySchema([...content.path, 'schema'], json);
  return fault === undefined ? undefined : `the request that it took: ${fault}`;
}
