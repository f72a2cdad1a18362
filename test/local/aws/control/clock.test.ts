import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { clockEndpoint } from '../../../../local/aws/control/clock.ts';
import { type AdvancingClock, hundredYearsMs, openClock } from '../../../../local/clock.ts';
import { openEndpoint, send, type TestEndpoint } from '../harness.ts';
import { toyKms } from '../toy-service.ts';

let endpoint: TestEndpoint;
let clock: AdvancingClock;
beforeAll(async () => {
  endpoint = await openEndpoint(() => [toyKms]);
  // As the deployment does it, but each test opens its own clock.
  endpoint.addControlEndpoint({
    path: '/_local/clock',
    methods: {
      GET: () => clockEndpoint(clock).methods.GET?.(undefined) ?? {},
      POST: (body) => clockEndpoint(clock).methods.POST?.(body) ?? {},
    },
  });
});
afterAll(() => endpoint.close());
beforeEach(() => {
  clock = openClock({ now: () => new Date(0) });
});

const json = { 'content-type': 'application/json' };
async function ask(method: string, body: unknown, headers: object) {
  return send(endpoint.url, {
    method,
    path: '/_local/clock',
    headers: { host: new URL(endpoint.url).host, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
async function page(method: string, body: unknown = '', headers: object = {}) {
  const answer = await ask(method, body, headers);
  return [answer.status, JSON.parse(answer.text)];
}

describe('/_local/clock', () => {
  test('POST puts the clock forward by days or seconds, GET shows it', async () => {
    expect(await page('GET')).toEqual([200, { now: '1970-01-01T00:00:00.000Z', aheadSeconds: 0 }]);
    const after = { now: '1970-02-01T00:00:00.000Z', aheadSeconds: 31 * 86_400 };
    expect(await page('POST', { advanceDays: 31 }, json)).toEqual([200, after]);
    const later = { now: '1970-02-01T00:00:01.500Z', aheadSeconds: 31 * 86_400 + 1.5 };
    expect(await page('POST', { advanceSeconds: 1.5 }, json)).toEqual([200, later]);
    expect(await page('GET')).toEqual([200, later]);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', [1]],
    ['no step', {}],
    ['two steps', { advanceDays: 1, advanceSeconds: 1 }],
    ['a step of nothing', { advanceDays: 0 }],
    ['a step back', { advanceSeconds: -1 }],
    ['a step in text', { advanceDays: '1' }],
    ['a step without end', '{"advanceDays": 1e999}'],
    ['more than a hundred years', { advanceDays: hundredYearsMs / 86_400_000 + 1 }],
    ['less than a millisecond', { advanceSeconds: 0.0001 }],
  ])('%s is refused with a reason, and the clock stands', async (_, body) => {
    const [status, answer] = await page('POST', body, json);
    expect([status, answer.message]).toEqual([400, expect.stringMatching(/.{10}/)]);
    expect(clock.aheadMs).toBe(0);
  });

  test.each([
    ['under a foreign name', 'POST', { ...json, host: 'evil.example:80' }, 403],
    ['from a web page', 'POST', { ...json, origin: 'https://evil.example' }, 403],
    ['as a form', 'POST', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['as text', 'POST', { 'content-type': 'text/plain; application/json' }, 415],
    ['without a type', 'POST', {}, 415],
    ['by DELETE', 'DELETE', {}, 405],
    ['by PUT', 'PUT', json, 405],
    ['by OPTIONS, as a preflight', 'OPTIONS', {}, 405],
  ])('the clock stands when asked %s', async (_, method, headers, status) => {
    // Node sends no length for a body of these methods, so the server would read the body as the next request.
    const body = method === 'POST' || method === 'PUT' ? { advanceDays: 1 } : '';
    expect((await ask(method, body, headers)).status).toBe(status);
    expect(clock.aheadMs).toBe(0);
  });

  test('a control endpoint that fails is a defect of the stack, shown in its log alone', async () => {
    endpoint.addControlEndpoint({
      path: '/_local/broken',
      methods: {
        GET: () => {
          throw new Error('canary-51b2');
        },
      },
    });
    const answer = await fetch(`${endpoint.url}/_local/broken`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('canary-51b2');
    expect(endpoint.errors.map(String)).toEqual(['Error: canary-51b2']);
  });
});
