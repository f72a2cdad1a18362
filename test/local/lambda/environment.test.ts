import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openExecutionEnvironment } from '../../../local/lambda/environment.ts';
import { definitionOf } from './definition.ts';

let code: string;
beforeAll(() => {
  code = mkdtempSync(join(tmpdir(), 'tenant-keys-environment-'));
});
afterAll(() => rmSync(code, { recursive: true, force: true }));

/** @returns the answer to one request or its error, and whether the environment ended */
async function invoked(bundle: string, timeoutSeconds: number) {
  writeFileSync(join(code, 'bundle.mjs'), bundle);
  let ended = false;
  const environment = openExecutionEnvironment({
    definition: definitionOf(code, 'bundle.handler', timeoutSeconds),
    variables: {},
    onLog: () => {},
    onEnd: () => {
      ended = true;
    },
  });
  const request = { event: {}, requestId: 'r', tenantId: undefined };
  const answer = await environment
    .invoke(request)
    .catch(({ errorType, message }) => [errorType, message]);
  const result = { answer, ended };
  await environment.close();
  return result;
}

const pause = (ms: number) => `await new Promise((resolve) => setTimeout(resolve, ${ms}));`;

test('the time that the code takes to load is not counted to a request', async () => {
  const handler = `export const handler = async () => { ${pause(1500)} return 'done'; };`;
  expect(await invoked(`${pause(1800)} ${handler}`, 3)).toEqual({ answer: 'done', ended: false });
});

test.each([
  ['code that never ends to load', 'for (;;);'],
  ['a handler that never answers', `export const handler = async () => { ${pause(60_000)} };`],
])('%s is ended at the time limit', async (_, bundle) => {
  expect(await invoked(bundle, 0.5)).toEqual({
    answer: ['Sandbox.Timedout', 'timed out after 0.5 seconds'],
    ended: true,
  });
});

test('code that cannot be loaded fails the request', async () => {
  expect(await invoked("throw new Error('no');", 30)).toEqual({
    answer: ['Runtime.Error', 'Error: no'],
    ended: true,
  });
});
