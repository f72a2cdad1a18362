/** Lines of API Gateway's access log: whose attempt each is, and that no caller can forge or hide one. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accessLogMembers, encodedForLog, refusedAttempts } from '../../../contract/access-log.ts';
import { attemptEvent } from '../../../contract/audit.ts';
import { routes } from '../../../contract/routes.ts';
import { stackPartition } from '../../../contract/table-schema.ts';
import { accessLine, attemptOf } from '../../../lambdas/indexer/access-line.ts';
import { attemptsOf } from '../../../lambdas/indexer/attempts.ts';

type Values = Partial<Record<keyof typeof accessLogMembers, string>>;

const refused = {
  path: '/v1/tenants/globex/decrypt',
  method: 'POST',
  principal: 'backend-of-acme',
  issuer: 'https://id.example.com/realms/a%22b',
  time: '1795539807853',
  requestId: '0b8f7e0e-6a3c-4f7c-9d52-3f1f5b6c7d8e',
  tenantId: 'acme',
  resourcePath: '/tenants/{tenantId}/decrypt',
  sourceAddress: '192.0.2.7',
  status: '403',
  latency: '3',
  integrationLatency: '-',
  error: 'ACCESS_DENIED',
} satisfies Values;

let count = 0;
/** As API Gateway writes it: the values as they are, or escaped. */
function lineOf(values: Values, escaped = false) {
  count += 1;
  const value = (name: string) => {
    const text = values[name as keyof Values] ?? refused[name as keyof Values];
    return escaped ? JSON.stringify(text).slice(1, -1) : text;
  };
  const members = Object.keys(accessLogMembers).map((name) => `"${name}":"${value(name)}"`);
  return { id: String(count), message: `{${members.join(',')}}` };
}
const attempts = (...lines: readonly Values[]) =>
  attemptsOf(lines.flatMap((values) => accessLine(lineOf(values)) ?? []));
const attempt = (values: Values) => attempts(values)[0];

describe('a request that was refused', () => {
  test("is an attempt on the path's tenant, and does not say whose token it was but the principal", () => {
    const found = attempt(refused);
    expect(found).toEqual({
      partition: 'globex',
      event: {
        kind: 'attempt',
        eventId: expect.any(String),
        time: '2026-11-24T17:03:27.853Z',
        operation: 'decrypt',
        outcome: 'refused',
        errorCode: 'forbidden',
        principal: 'backend-of-acme',
        issuer: 'https://id.example.com/realms/a%22b',
        sourceAddress: '192.0.2.7',
        requestId: refused.requestId,
        status: 403,
      },
    });
    attemptEvent.parse(found?.event);
    expect(JSON.stringify(found)).not.toContain('"acme"');
  });

  test('without a token that counts is an attempt of nobody', () => {
    const change = { tenantId: '-', status: '401', error: 'UNAUTHORIZED' };
    const found = attempt({ ...change, principal: '-', issuer: '-' });
    expect(found?.event).toMatchObject({
      principal: 'unknown',
      errorCode: 'unauthorized',
      status: 401,
    });
    expect(found?.event).not.toHaveProperty('issuer');
  });

  test.each([
    ['an escaped id', '/v1/tenants/%67lobex/decrypt', 'globex'],
    ['a slash at the end', '/v1/tenants/globex/decrypt/', 'globex'],
    ['no stage, under a domain of its own', '/tenants/globex/decrypt', 'globex'],
    ['a base path that looks alike', '/tenants/acme/tenants/globex/decrypt', 'globex'],
    ['no tenant id', '/v1/tenants/GLOBEX/decrypt', stackPartition],
    ['an escaped slash', '/v1/tenants/globex%2Fdecrypt/decrypt', stackPartition],
    ['a wrong escape', '/v1/tenants/%zz/decrypt', stackPartition],
    ['the name of a partition', '/v1/tenants/stack%2F/decrypt', stackPartition],
    ['a baseline', '/v1/tenants/baseline%2Fglobex/decrypt', stackPartition],
  ])('by %s: %s is of %s', (_, path, partition) => {
    expect(attempt({ path })?.partition).toBe(partition);
  });

  test.each([
    ['a list of all tenants', '/v1/tenants', '/tenants', 'GET', 'list'],
    ['a path that has no route', '/v1/x', '-', 'GET', 'unknown'],
  ])('on %s is the stack’s own', (_, path, resourcePath, method, operation) => {
    const found = attempt({ path, resourcePath, method });
    expect([found?.partition, found?.event.operation]).toEqual([stackPartition, operation]);
  });
});

test.each(['-', 'THROTTLED', 'MISSING_AUTHENTICATION_TOKEN', 'REQUEST_TOO_LARGE', 'constructor'])(
  'an answer of the type %s is no attempt, and no unreadable line',
  (error) => {
    expect(accessLine(lineOf({ error }))).toBeDefined();
    expect(attempts({ error })).toEqual([]);
  },
);

describe('many', () => {
  const nobody = { principal: '-', error: 'UNAUTHORIZED', status: '401' };

  test('without a token, from one address to one operation, are one event that counts them', () => {
    const found = attempts(nobody, nobody, nobody);
    expect(found.map(({ event }) => event.times)).toEqual([3]);
  });

  test('are apart by tenant, address, operation and answer', () => {
    const found = attempts(
      nobody,
      { ...nobody, path: '/v1/tenants/acme/decrypt' },
      { ...nobody, sourceAddress: '192.0.2.8' },
      { ...nobody, resourcePath: '/tenants/{tenantId}/encrypt' },
      { ...nobody, error: 'WAF_FILTERED', status: '403' },
    );
    expect(found.map(({ event }) => event.times)).toEqual(Array(5).fill(undefined));
  });

  test('of a known principal are an event each', () => {
    expect(attempts({}, {}, {}).map(({ event }) => event.times)).toEqual(Array(3).fill(undefined));
  });

  test('without a token are the same rows when they are delivered again', () => {
    const lines = [lineOf(nobody), lineOf(nobody)].flatMap((line) => accessLine(line) ?? []);
    expect(attemptsOf(lines)).toEqual(attemptsOf([...lines]));
    expect(attemptsOf(lines)[0]?.event.eventId).toBe(lines[0]?.id);
  });
});

/** Texts that end a text of JSON, begin members of their own, or look like the format. */
const hostile = fc
  .array(
    fc.constantFrom(
      ...['"', '\\', '\\"', '{', '}', ',', '/', ':', 'tenants', 'acme', 'globex', 'decrypt'],
      ...[
        '","error":"-',
        '","method":"GET',
        '","principal":"root',
        '","issuer":"https://evil',
        '","status":"200',
        '"}',
      ],
      ...['\\u0022', '%22', '","time":"', '{"path":"', '","resourcePath":"/tenants/{tenantId}'],
    ),
    { maxLength: 12 },
  )
  .map((parts) => `/${parts.join('')}`);

describe('whatever stands in the path, escaped or not', () => {
  test('the line tells of one attempt, by the true principal, from the true address', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (path, escaped) => {
        const line = accessLine(lineOf({ path }, escaped));
        const found = line && attemptOf(line);
        expect(found?.event).toMatchObject({
          principal: 'backend-of-acme',
          issuer: 'https://id.example.com/realms/a%22b',
          sourceAddress: '192.0.2.7',
          status: 403,
          errorCode: 'forbidden',
          operation: 'decrypt',
          requestId: refused.requestId,
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('one tenant is named, and it is the one in the place of the tenant', () => {
    fc.assert(
      fc.property(hostile, (before) => {
        expect(attempt({ path: `${before}/tenants/globex/decrypt` })?.partition).toBe('globex');
      }),
    );
  });

  test('a request that was served is made no attempt', () => {
    fc.assert(
      fc.property(hostile, (path) => {
        const line = accessLine(lineOf({ path, status: '200', error: '-' }));
        expect(line).toBeDefined();
        expect(line && attemptOf(line)).toBeUndefined();
      }),
    );
  });
});

test('a principal is read as the authorizer encoded it, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (principal) => {
      const encoded = encodedForLog(principal);
      expect(encoded).toMatch(/^[^"\\]*$/);
      const expected = encoded === '-' ? 'unknown' : principal.toWellFormed();
      expect(attempt({ principal: encoded })?.event.principal).toBe(expected);
    }),
  );
});

test('a principal that is longer than one may be is cut, and still read', () => {
  const long = '😀'.repeat(300);
  expect(encodedForLog(long).length).toBeLessThan(2400);
  expect(attempt({ principal: encodedForLog(long) })?.event.principal).toBe(
    long.slice(0, 255).toWellFormed(),
  );
});

test.each([
  ['of a function', { id: '1', message: JSON.stringify({ message: 'request', path: '/' }) }],
  ['with a status that is none', lineOf({ status: '-' })],
  ['with a time that is none', lineOf({ time: 'yesterday' })],
  ['that was cut off', { id: '1', message: lineOf({}).message.slice(0, 200) }],
])('a line %s is unreadable', (_, line) => {
  expect(accessLine(line)).toBeUndefined();
});

test('every route is known by its method and resource path', () => {
  for (const { method, path, operation } of routes) {
    const found = attempt({ method, resourcePath: path, path: `/v1${path}` });
    expect(found?.event.operation).toBe(operation);
  }
});

test('the types that count are those that say that a caller was not let in', () => {
  expect(Object.keys(refusedAttempts).sort()).toEqual([
    'ACCESS_DENIED',
    'INVALID_API_KEY',
    'UNAUTHORIZED',
    'WAF_FILTERED',
  ]);
});
