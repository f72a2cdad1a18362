/**
 * From an answer to a result or an error. Invariant: what does not call itself what it must be is no result, so that a
 * proxy's page never becomes a plaintext or a ciphertext.
 */
import type { Problem } from './api-types.ts';
import { ConnectionError } from './connection-error.ts';
import type { Answer } from './exchange.ts';
import { type ProblemError, problemError } from './problem-error.ts';
import { retryAfterMs } from './retries.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type JsonObject = Readonly<Record<string, unknown>>;

/** Of some members, what they must be. */
export type Shape<T> = { readonly [Name in keyof T]?: 'string' | 'number' | 'object' | 'array' };

/** @throws ConnectionError where the body is not a JSON object of that shape */
export function jsonOf<T>(answer: Answer, shape: Shape<T>): T {
  const value = mediaTypeOf(answer) === 'application/json' ? parsed(answer.bytes) : undefined;
  if (value === undefined) throw unexpected(answer, 'is not JSON');
  for (const [name, type] of Object.entries(shape)) {
    const member = value[name];
    if ((Array.isArray(member) ? 'array' : typeof member) !== type) {
      throw unexpected(answer, 'is not from this API');
    }
  }
  return value as T;
}

/** @throws ConnectionError where the body does not call itself bytes */
export function bytesOf(answer: Answer): Uint8Array<ArrayBuffer> {
  if (mediaTypeOf(answer) === 'application/octet-stream') return answer.bytes;
  throw unexpected(answer, 'is not application/octet-stream');
}

/** @param secret what no error may repeat, although the API repeats nothing */
export function errorOf(answer: Answer, secret: string): ProblemError | ConnectionError {
  const isProblem = mediaTypeOf(answer) === 'application/problem+json';
  const { code, detail } = ((isProblem && parsed(answer.bytes)) || {}) as Partial<Problem>;
  if (
    typeof code !== 'string' ||
    typeof detail !== 'string' ||
    !/^[a-z][a-z0-9-]{1,63}$/.test(code)
  ) {
    return unexpected(answer, 'is not from this API');
  }
  const isQuiet = secret === '' || !`${code} ${detail}`.includes(secret);
  return problemError({
    ...factsOf(answer),
    code: isQuiet ? code : 'internal-error',
    detail: isQuiet ? printable(detail) : 'The answer repeats the token.',
  });
}

/**
 * @param error of an item of a batch
 * @param requestId of the batch
 * @returns undefined where it is none of this API
 */
export function itemProblem(
  error: unknown,
  requestId: string | undefined,
): ProblemError | undefined {
  const { status, code, detail } = Object(error);
  if (typeof status !== 'number' || typeof code !== 'string' || typeof detail !== 'string') {
    return undefined;
  }
  return problemError({
    status,
    code: code as Problem['code'],
    detail: printable(detail),
    requestId,
  });
}

export function unexpected(answer: Answer, what: string): ConnectionError {
  const message = `The answer (status ${answer.status}) ${what}: check the URL, and what stands between.`;
  return new ConnectionError('unexpected-answer', message, factsOf(answer));
}

function factsOf({ status, headers }: Answer) {
  return { status, requestId: requestIdOf(headers), retryAfterMs: retryAfterMs(headers) };
}

export function requestIdOf(headers: Headers): string | undefined {
  const requestId = headers.get('x-amzn-RequestId') ?? '';
  return uuid.test(requestId) ? requestId : undefined;
}

/** For a log or a terminal: nothing that moves a cursor or begins a line. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 1000);

function mediaTypeOf({ headers }: Answer): string {
  const [type = ''] = (headers.get('Content-Type') ?? '').split(';');
  return type.trim().toLowerCase();
}

function parsed(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // A member of this name is the prototype of whatever it is copied to by assignment.
    const value = JSON.parse(text, (name, member) => (name === '__proto__' ? undefined : member));
    return typeof value === 'object' && !Array.isArray(value) && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
