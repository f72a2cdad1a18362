/** docs/openapi.json is what the contract says, whole, and as its linter has it. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { problemsOf } from '../../contract/operation-problems.ts';
import { operations } from '../../contract/operations.ts';
import { problemStatuses } from '../../contract/problem.ts';
import { rawHeaders } from '../../contract/raw-headers.ts';
import { documentRoute, problemsRoute, routes } from '../../contract/routes.ts';
import { headerParameters } from '../../lambdas/http/raw-body.ts';
import { clientTypes, clientTypesFile } from '../../openapi/client-types.ts';
import { openApiText } from '../../openapi/document.ts';
import { documentFile } from '../../openapi/document-file.ts';
import type { Json } from '../../openapi/json.ts';
import { redocly, redoclyFile } from '../../openapi/redocly.ts';

const kept = readFileSync(documentFile, 'utf8');
const document: Json = JSON.parse(kept);
/** Given by API Gateway alone. */
const fixed: readonly string[] = [documentRoute.operation, problemsRoute.operation];
const described: [string, Json][] = Object.values(document.paths as Json)
  .flatMap((path: Json) => Object.values(path))
  .map((operation: Json) => [operation.operationId, operation]);

test('docs/openapi.json is what `npm run openapi` writes', () => {
  expect(kept).toBe(openApiText());
});

test('so is client/http/api-types.ts', () => {
  expect(readFileSync(clientTypesFile, 'utf8')).toBe(clientTypes(document));
});

test('its linter, Redocly, finds nothing', async () => {
  expect(existsSync(redoclyFile)).toBe(true);
  const args = ['lint', 'docs/openapi.json', '--format', 'json', '--max-problems', '1000'];
  const { stdout } = await redocly(...args).catch((e) => e);
  const { totals, problems } = JSON.parse(stdout);
  expect({ totals, problems }).toEqual({
    totals: { errors: 0, warnings: 0, ignored: 0 },
    problems: [],
  });
});

describe('it has', () => {
  test('every route, itself, and the page of problems', () => {
    const all = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
      Object.keys(methods as Json).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // Without a tenant id, a PUT is always a 400.
    const expected = [...routes, documentRoute, problemsRoute].map(
      ({ method, path }) => `${method} ${path}`,
    );
    expect(all.sort()).toEqual(expected.filter((one) => one !== 'PUT /tenants').sort());
  });

  test.each(routes)('$method $path: its scopes, any one of which will do', (route) => {
    const found = document.paths[route.path]?.[route.method.toLowerCase()];
    if (found === undefined) return;
    expect(found.security).toEqual(route.scopes.map((scope) => ({ bearer: [scope] })));
  });

  test.each(described.filter(([id]) => !fixed.includes(id)))(
    '%s: its successes and its problems, no more and no fewer',
    (id, { responses }) => {
      const operation = id as keyof typeof operations;
      const successes = Object.keys(operations[operation].responses);
      const problems = problemsOf(operation).flatMap((code) =>
        (problemStatuses[code] as readonly number[]).map((status) => `${status} ${code}`),
      );
      const codes = Object.entries(responses as Json)
        .filter(([status]) => Number(status) >= 400)
        .flatMap(([status, response]) => codesOf(response).map((code) => `${status} ${code}`));
      expect(Object.keys(responses).filter((status) => Number(status) < 400)).toEqual(successes);
      expect(codes.sort()).toEqual(problems.sort());
    },
  );

  test('a text for every operation, parameter, schema, member and header', () => {
    expect(withoutText(document)).toEqual([]);
  });

  test('an example of every body', () => {
    for (const [id, { requestBody, responses }] of described) {
      if (fixed.includes(id)) continue;
      const answers = Object.values(responses as Json).flatMap((one: Json) =>
        one.content?.['application/json']?.example ? [one] : [],
      );
      expect([id, answers.length]).toEqual([id, 1]);
      const schema = requestBody?.content['application/json'].schema.$ref;
      if (schema !== undefined && !schema.endsWith('/EmptyRequest')) {
        expect([id, requestBody.content['application/json'].example]).toEqual([
          id,
          expect.anything(),
        ]);
      }
    }
  });
});

test('its schemas are JSON Schema 2020-12, without a word that no validator knows', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, validateFormats: false });
  ajv.addVocabulary(['example']);
  for (const [name, schema] of Object.entries(document.components.schemas as Json)) {
    ajv.addSchema(schema as object, `#/components/schemas/${name}`);
  }
  for (const name of Object.keys(document.components.schemas)) {
    expect(ajv.getSchema(`#/components/schemas/${name}`)).toBeInstanceOf(Function);
  }
});

test('a default of the query is what the function takes', () => {
  for (const [id, { parameters = [] }] of described) {
    const given = Object.fromEntries(
      parameters
        .filter((one: Json) => one.schema?.default !== undefined)
        .map((one: Json) => [one.name, one.schema.default]),
    );
    if (Object.keys(given).length === 0) continue;
    const { query } = operations[id as 'list'];
    expect(query.parse({})).toEqual(expect.objectContaining(query.parse(given) as object));
  }
});

test('the headers of raw bytes are those that the function reads', () => {
  const headers = Object.fromEntries(
    Object.keys(rawHeaders).map((name) => [name.toLowerCase(), '{}']),
  );
  const read = headerParameters({ headers, multiValueHeaders: {} } as never);
  expect(Object.keys(read).sort()).toEqual(Object.values(rawHeaders).sort());
});

function codesOf(response: Json): string[] {
  const { $ref } = response;
  const found =
    $ref === undefined ? response : document.components.responses[$ref.split('/').at(-1)];
  return found.content['application/problem+json'].schema.properties.code.enum;
}

/** @returns the places that have no description, or an empty one */
function withoutText(d: Json): string[] {
  const missing = (named: Json, kind: string) =>
    Object.entries(named ?? {}).flatMap(([name, one]: [string, Json]) =>
      (one.description ?? '') === '' ? [`${kind} ${name}`] : [],
    );
  const members = Object.entries(d.components.schemas).flatMap(([name, schema]: [string, Json]) =>
    missing(schema.properties, name),
  );
  return [
    ...members,
    ...missing(d.components.schemas, 'schema'),
    ...missing(d.components.headers, 'header'),
    ...described.flatMap(([id, operation]) => [
      ...missing({ [id]: operation }, 'operation'),
      ...missing(operation.parameters, id),
    ]),
  ];
}
