/** What a handler must answer. */
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './api.ts';
import type { Patience } from './patience.ts';

export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly status: number;
  constructor({ status, json, failure }: Answer, expected: string) {
    const why = failure === undefined ? '' : `, the function logged ${failure}`;
    super(`expected ${expected}, got ${status} ${json.code ?? JSON.stringify(json)}${why}`);
    this.status = status;
  }
}

/**
 * Calls again where the handler answers 5xx: on AWS, what was just made does not count everywhere yet.
 * @throws UnexpectedAnswer
 */
export const expectStatus = (
  patience: Patience,
  expected: number,
  call: () => Promise<Answer>,
): Promise<Answer> =>
  patience.insist(
    async () => {
      const answer = await call();
      if (answer.status !== expected) throw new UnexpectedAnswer(answer, String(expected));
      return answer;
    },
    (error) => error instanceof UnexpectedAnswer && error.status >= 500,
  );

/** @throws UnexpectedAnswer unless it is a refusal with the status and the code */
export async function expectProblem(
  status: number,
  code: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const answer = await call();
  if (answer.status === status && answer.json.code === code) return answer;
  throw new UnexpectedAnswer(answer, `${status} ${code}`);
}

/** @throws Error that names both */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(
    `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual) ?? 'nothing'}`,
  );
}
