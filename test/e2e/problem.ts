import { expect } from '@jest/globals';
import type { Answer } from './client.ts';

/** Asserts that an answer is RFC 9457 problem+json with this status and code, and nothing besides. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.json?.code }).toEqual({ status, code });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(Object.keys(answer.json).sort()).toEqual(
    ['code', 'detail', 'requestId', 'status', 'title', 'type'].sort(),
  );
  expect(answer.json.status).toBe(status);
  expect(answer.json.requestId).toMatch(/^[0-9a-f-]{36}$/);
}

/** @returns the body without what is of this request alone: what is left must not tell one cause from another */
export const uniformBody = (json: Answer['json']) => ({ ...json, requestId: undefined });
