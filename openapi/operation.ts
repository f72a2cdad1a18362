/** An operation of the document, made of its route and its schemas. */

import { jsonLines } from '../contract/media-types.ts';
import { problemsOf } from '../contract/operation-problems.ts';
import { type OperationSchemas, operations } from '../contract/operations.ts';
import { type Operation, octetStream } from '../contract/routes.ts';
import { recorded } from './examples.ts';
import { nextPageHeader, successHeaders } from './headers.ts';
import { operationTexts } from './operation-texts.ts';
import { claimParameters, queryTexts, rawHeadersFor, tenantIdParameter } from './parameters.ts';
import { problemResponses } from './problem-responses.ts';
import { queryParameters, refTo } from './schemas.ts';

/** The body of these may be missing. */
const optionalBodies: ReadonlySet<Operation> = new Set([
  'onboard',
  'suspend',
  'resume',
  'restore',
  'offboard',
  'rotate',
  'endPreviousKey',
  'restorePreviousKey',
  'rewrapMacKeys',
]);

export function operationOf({ path, operation }: { path: string; operation: Operation }): object {
  const schemas: OperationSchemas = operations[operation];
  const { summary, description } = operationTexts[operation];
  const { query, rawParameters } = schemas;
  return {
    operationId: operation,
    summary,
    description,
    parameters: [
      ...(path.includes('{tenantId}') ? [tenantIdParameter] : []),
      ...(query === undefined ? [] : queryParameters(query, queryTexts[operation] ?? {})),
      ...(rawParameters === undefined ? [] : rawHeadersFor(rawParameters)),
      ...claimParameters,
    ],
    ...requestBody(operation, schemas),
    responses: {
      ...successes(operation, schemas),
      ...problemResponses(problemsOf(operation)),
    },
  };
}

function requestBody(operation: Operation, { request, rawParameters }: OperationSchemas) {
  if (request === undefined) return {};
  const { request: example } = recorded[operation];
  return {
    requestBody: {
      required: !optionalBodies.has(operation),
      content: {
        'application/json': { schema: refTo(request), ...(example !== undefined && { example }) },
        ...(rawParameters !== undefined && rawBytes),
      },
    },
  };
}

function successes(operation: Operation, schemas: OperationSchemas) {
  const { responses, rawParameters, givesJson, inLines } = schemas;
  const { response: example, status: exampleStatus } = recorded[operation];
  return Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => [
      status,
      {
        description: operationTexts[operation].successes[Number(status)],
        headers: { ...successHeaders, ...(inLines && nextPageHeader) },
        content: {
          'application/json': {
            schema: refTo(schema),
            ...(exampleStatus === Number(status) && { example }),
          },
          ...(rawParameters !== undefined && !givesJson && rawBytes),
          ...(inLines && { [jsonLines]: {} }),
        },
      },
    ]),
  );
}

/** The bytes themselves: OpenAPI 3.1 describes them by no schema, nor lines. */
const rawBytes = { [octetStream]: {} };
