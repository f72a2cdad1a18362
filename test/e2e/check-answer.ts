/**
 * Holds an answer of the API against the contract of its route. Every client of the end-to-end suite does so with
 * every answer, whatever the test looks at itself. Strict: a member that the contract does not know is a fault.
 */
import * as z from 'zod/mini';
import { type OperationSchemas, operations } from '../../contract/operations.ts';
import { problemJson } from '../../contract/problem.ts';
import { problemBody } from '../../contract/problem-body.ts';
import { octetStream, routes } from '../../contract/routes.ts';

export interface SentRequest {
  readonly method: string;
  /** below the stage, as it was sent */
  readonly path: string;
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined where the answer is not JSON */
  readonly json: unknown;
}

/** @throws Error that says what does not fit */
export function checkAnswer(sent: SentRequest, answer: ReceivedAnswer): void {
  const fault = faultOf(sent, answer);
  if (fault === undefined) return;
  const { method, path } = sent;
  throw new Error(
    `the answer ${answer.status} to ${method} ${path} is not as the contract has it: ${fault}`,
  );
}

const faultOf = (sent: SentRequest, answer: ReceivedAnswer): string | undefined =>
  answer.status >= 400 ? faultOfProblem(answer) : faultOfSuccess(sent, answer);

function faultOfProblem({ status, headers, json }: ReceivedAnswer): string | undefined {
  const type = headers['content-type'];
  if (type !== problemJson) return `${type} instead of ${problemJson}`;
  const inBody = Object(json).status;
  return (
    faultOfBody(problemBody, json) ?? (inBody === status ? undefined : `${inBody} in its body`)
  );
}

function faultOfSuccess(
  sent: SentRequest,
  { status, headers, json }: ReceivedAnswer,
): string | undefined {
  const operation = operationOf(sent);
  if (operation === undefined) return 'there is no such route';
  const { responses, rawParameters }: OperationSchemas = operations[operation];
  const type = headers['content-type'];
  if (type === octetStream && rawParameters !== undefined) return undefined;
  if (type !== 'application/json') return `${type} instead of application/json`;
  const schema = responses[status];
  return schema === undefined ? `${operation} has no such status` : faultOfBody(schema, json);
}

/** By the routes' paths, segment by segment. */
function operationOf({ method, path }: SentRequest) {
  const segments = (path.split('?')[0] as string).split('/');
  return routes.find((route) => {
    const wanted = route.path.split('/');
    return (
      route.method === method &&
      wanted.length === segments.length &&
      wanted.every((segment, at) => segment === '{tenantId}' || segment === segments[at])
    );
  })?.operation;
}

function faultOfBody(schema: z.ZodMiniType, json: unknown): string | undefined {
  const { error } = z.safeParse(schema, json);
  return error === undefined ? undefined : z.prettifyError(error);
}
