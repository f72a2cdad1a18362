import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FunctionError } from '../../../local/lambda/environment.ts';
import { runEndpoint } from '../../../local/lambda/run-endpoint.ts';
import { openEndpoint, send, type TestEndpoint } from '../aws/harness.ts';
import { toyKms } from '../aws/toy-service.ts';

let endpoint: TestEndpoint;
let run: () => Promise<unknown>;
beforeAll(async () => {
  endpoint = await openEndpoint(() => [toyKms]);
  endpoint.addControlEndpoint(runEndpoint('/_local/reconcile', 'reconciler', () => run()));
});
afterAll(() => endpoint.close());

async function post(headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const answer = await send(endpoint.url, {
    method: 'POST',
    path: '/_local/reconcile',
    headers: { host: new URL(endpoint.url).host, ...headers },
    body: '{}',
  });
  return [answer.status, JSON.parse(answer.text)];
}

test('POST answers with the summary of the run', async () => {
  run = async () => ({ tenants: 2 });
  expect(await post()).toEqual([200, { tenants: 2 }]);
});

test('a run that says nothing is an empty summary', async () => {
  run = async () => null;
  expect(await post()).toEqual([200, {}]);
});

test('a run that fails is reported, and is no defect of the stack', async () => {
  run = async () => {
    throw new FunctionError('Sandbox.Timedout', 'timed out after 900 seconds');
  };
  const message = 'the reconciler failed: Sandbox.Timedout: timed out after 900 seconds';
  expect(await post()).toEqual([500, { message }]);
  expect(endpoint.errors).toEqual([]);
});

test('a web page can run nothing', async () => {
  let ran = false;
  run = async () => {
    ran = true;
  };
  expect((await post({ 'content-type': 'text/plain' }))[0]).toBe(415);
  const origin = { 'content-type': 'application/json', origin: 'https://example.com' };
  expect((await post(origin))[0]).toBe(403);
  expect(ran).toBe(false);
});
