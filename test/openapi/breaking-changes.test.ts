/** What breaks a client, tried with the document itself and one change each. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { breakingChanges } from '../../openapi/breaking-changes.ts';
import type { Json } from '../../openapi/json.ts';

const text = readFileSync('docs/openapi.json', 'utf8');
const document = (): Json => JSON.parse(text);
const before = document();
const changed = (change: (document: Json) => void): string[] => {
  const after = document();
  change(after);
  return breakingChanges(before, after);
};
const encrypt = (d: Json) => d.paths['/tenants/{tenantId}/encrypt'].post;
const suspend = '/tenants/{tenantId}/suspend';
const list = (d: Json) => d.paths['/tenants'].get;
const schemas = (d: Json) => d.components.schemas;
const inline = (d: Json) => encrypt(d).responses[200].content['application/json'];

test('nothing breaks where nothing is changed', () => {
  expect(breakingChanges(document(), document())).toEqual([]);
});

describe('breaking', () => {
  test.each<[string, (d: Json) => void, string]>([
    ['a path that is gone', (d) => delete d.paths[suspend], `POST ${suspend}: gone`],
    [
      'an operation that is gone',
      (d) => delete d.paths['/tenants/{tenantId}'].delete,
      'DELETE /tenants/{tenantId}: gone',
    ],
    [
      'a success that is gone',
      (d) => delete d.paths['/tenants/{tenantId}'].put.responses[201],
      'PUT /tenants/{tenantId} 201 status: gone',
    ],
    [
      'a problem that is gone',
      (d) => delete encrypt(d).responses[406],
      'POST /tenants/{tenantId}/encrypt 406 status: gone',
    ],
    [
      'a code that is gone',
      (d) => {
        const { schema } = d.paths[suspend].post.responses[409].content['application/problem+json'];
        schema.properties.code.enum = schema.properties.code.enum.slice(1);
      },
      `POST ${suspend} 409 tenant-provisioning: gone`,
    ],
    [
      'a header that is gone',
      (d) => delete encrypt(d).responses[200].headers['Server-Timing'],
      'POST /tenants/{tenantId}/encrypt 200 header Server-Timing: gone',
    ],
    [
      'a header that may be missing',
      (d) => {
        d.components.headers.RetryAfter.required = false;
      },
      'POST /tenants/{tenantId}/encrypt 429 header Retry-After: may be missing',
    ],
    [
      'raw bytes that are taken no more',
      (d) => delete encrypt(d).requestBody.content['application/octet-stream'],
      'POST /tenants/{tenantId}/encrypt body application/octet-stream: gone',
    ],
    [
      'raw bytes that are given no more',
      (d) => delete encrypt(d).responses[200].content['application/octet-stream'],
      'POST /tenants/{tenantId}/encrypt 200 application/octet-stream: gone',
    ],
    [
      'a body that must be there',
      (d) => {
        d.paths[suspend].post.requestBody.required = true;
      },
      `POST ${suspend} body: required`,
    ],
    [
      "a request's member that is gone",
      (d) => delete schemas(d).EncryptRequest.properties.mode,
      'POST /tenants/{tenantId}/encrypt body.mode: gone',
    ],
    [
      "a request's member that must be there",
      (d) => schemas(d).EncryptRequest.required.push('mode'),
      'POST /tenants/{tenantId}/encrypt body.mode: required',
    ],
    [
      'a new member that must be there',
      (d) => {
        schemas(d).EncryptRequest.properties.colour = { type: 'string' };
        schemas(d).EncryptRequest.required.push('colour');
      },
      'POST /tenants/{tenantId}/encrypt body.colour: required',
    ],
    [
      'fewer values in a request',
      (d) => schemas(d).EncryptRequest.properties.mode.enum.pop(),
      'POST /tenants/{tenantId}/encrypt body.mode: value direct',
    ],
    [
      'another type in a request',
      (d) => {
        schemas(d).RotationRequest.properties.rotationPeriodInDays.type = 'string';
      },
      'PUT /tenants/{tenantId}/key/rotation body.rotationPeriodInDays: type',
    ],
    [
      'a narrower bound',
      (d) => {
        schemas(d).EncryptBatchRequest.properties.items.maxItems = 10;
      },
      'POST /tenants/{tenantId}/encrypt-batch body.items: maxItems',
    ],
    [
      'a bound that there was not, deep inside',
      (d) => {
        schemas(d).EncryptionContext.minProperties = 1;
      },
      'POST /tenants/{tenantId}/decrypt-batch body.items.[].encryptionContext: minProperties',
    ],
    [
      'another pattern of tenant ids',
      (d) => {
        schemas(d).TenantId.pattern = '^x';
      },
      'GET /tenants/{tenantId} path tenantId: pattern',
    ],
    [
      'a parameter that is gone',
      (d) => list(d).parameters.shift(),
      'GET /tenants query limit: gone',
    ],
    [
      'a parameter that must be there',
      (d) => {
        list(d).parameters[0].required = true;
      },
      'GET /tenants query limit: required',
    ],
    [
      'a new parameter that must be there',
      (d) => list(d).parameters.push({ name: 'x', in: 'query', required: true, schema: {} }),
      'GET /tenants query x: required',
    ],
    [
      'a scope that will not do any more',
      (d) => list(d).security.pop(),
      'GET /tenants security: tenant-keys/audit-all',
    ],
    [
      'a token where there was none',
      (d) => d.paths['/openapi.json'].get.security.push({ bearer: [] }),
      'GET /openapi.json security: a token',
    ],
    [
      "an answer's member that is gone",
      (d) => delete schemas(d).Tenant.properties.displayName,
      'GET /tenants 200 answer.tenants.[].displayName: gone',
    ],
    [
      "an answer's member that may be missing",
      (d) => schemas(d).KeyDetails.required.shift(),
      'GET /tenants/{tenantId} 200 answer.key.state: required',
    ],
    [
      "an answer's new value",
      (d) => schemas(d).TenantStatus.enum.push('FROZEN'),
      'GET /tenants/{tenantId} 200 answer.status: value FROZEN',
    ],
    [
      "an answer's wider type",
      (d) => {
        schemas(d).Tenant.properties.rotationPeriodInDays.type = ['integer', 'null'];
      },
      'GET /tenants/{tenantId} 200 answer.rotationPeriodInDays: type',
    ],
    [
      'a time that is written in another way',
      (d) => delete schemas(d).Tenant.properties.createdAt.format,
      'GET /tenants/{tenantId} 200 answer.createdAt: format',
    ],
    [
      'a new kind of event',
      (d) => schemas(d).AuditEvent.oneOf.push({ type: 'object', required: ['x'] }),
      'GET /tenants/{tenantId}/audit 200 answer.events.[]: alternatives',
    ],
    [
      'a member of every problem that is gone',
      (d) => delete schemas(d).Problem.properties.requestId,
      'POST /tenants/{tenantId}/encrypt 401 answer.requestId: gone',
    ],
  ])('%s', (_, change, expected) => {
    const found = changed(change);
    expect(found.join('\n')).toContain(expected);
  });
});

describe('not breaking', () => {
  test.each<[string, (d: Json) => unknown]>([
    [
      'a new path',
      (d) => {
        d.paths['/x'] = d.paths['/tenants'];
      },
    ],
    [
      'a new operation',
      (d) => {
        d.paths['/tenants'].post = encrypt(d);
      },
    ],
    [
      'a new status',
      (d) => {
        encrypt(d).responses[451] = encrypt(d).responses[401];
      },
    ],
    [
      'a new code',
      (d) => {
        const { schema } = d.paths[suspend].post.responses[409].content['application/problem+json'];
        schema.properties.code.enum.push('odd');
        schemas(d).Problem.properties.code.enum.push('odd');
        schemas(d).ItemError.properties.error.properties.code.enum.push('odd');
      },
    ],
    [
      'a new member of an answer, which may be missing or not',
      (d) => {
        schemas(d).Tenant.properties.colour = { type: 'string' };
        schemas(d).Tenant.required.push('colour');
      },
    ],
    [
      'a new member that a request may have',
      (d) => {
        schemas(d).EncryptRequest.properties.colour = { type: 'string' };
      },
    ],
    ['a new value in a request', (d) => schemas(d).EncryptRequest.properties.mode.enum.push('x')],
    ['a wider bound', (d) => delete schemas(d).EncryptBatchRequest.properties.items.maxItems],
    ["a request's member that may be missing", (d) => delete schemas(d).EncryptRequest.required],
    ["an answer's member that is always there", (d) => schemas(d).Tenant.required.push('keyArn')],
    ['another scope that will do', (d) => list(d).security.push({ bearer: ['x'] })],
    ['a new parameter', (d) => list(d).parameters.push({ name: 'x', in: 'query', schema: {} })],
    [
      'other words',
      (d) => {
        d.info.description = 'x';
        encrypt(d).summary = 'x';
        schemas(d).Tenant.properties.status.description = 'x';
      },
    ],
    [
      'the same schema without a name',
      (d) => {
        inline(d).schema = schemas(d).Ciphertext;
      },
    ],
  ])('%s', (_, change) => {
    expect(changed(change)).toEqual([]);
  });
});

test('whatever operation, status, header, parameter or member goes, is found', () => {
  const removable = removals(document());
  expect(removable.length).toBeGreaterThan(300);
  fc.assert(
    fc.property(fc.constantFrom(...removable), (path) => {
      const found = changed((d) => {
        const parent = path.slice(0, -1).reduce((inside, step) => inside[step], d);
        delete parent[path.at(-1) as string];
      });
      expect([path, found.length > 0]).toEqual([path, true]);
    }),
    { numRuns: 40 },
  );
});

/** @returns the path to each path, operation, status, header, media type and member of a named schema */
function removals(d: Json): string[][] {
  const under = (path: string[]): string[][] =>
    Object.keys(path.reduce((inside, step) => inside?.[step] ?? {}, d)).map((key) => [
      ...path,
      key,
    ]);
  const operations = under(['paths']).flatMap(under);
  const responses = operations.flatMap((path) => under([...path, 'responses']));
  return [
    ...operations,
    ...responses,
    ...responses.flatMap((path) => under([...path, 'headers'])),
    ...responses.flatMap((path) => under([...path, 'content'])),
    ...operations.flatMap((path) => under([...path, 'requestBody', 'content'])),
    ...under(['components', 'schemas']).flatMap((path) => under([...path, 'properties'])),
  ];
}
