/**
 * Which answers the suites of a run have had, each of them validated. The suites run in processes of their own, so each
 * answer is a line of one file, which the end of the run counts.
 */
import { appendFileSync } from 'node:fs';

/** Names the file; unset where nobody counts. */
export const answersVariable = 'TENANT_KEYS_TEST_ANSWERS';

export interface AnsweredRequest {
  /** `none` where there is no such route */
  readonly operation: string;
  readonly status: number;
  /** of a problem */
  readonly code?: string;
}

export function noteAnswer({ operation, status, code }: AnsweredRequest): void {
  const file = process.env[answersVariable];
  if (file !== undefined) appendFileSync(file, `${operation} ${status} ${code ?? ''}\n`);
}

/** @param text of the file */
export const answersIn = (text: string): AnsweredRequest[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [operation = '', status, code = ''] = line.split(' ');
      return { operation, status: Number(status), ...(code !== '' && { code }) };
    });
