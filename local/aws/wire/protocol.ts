/** How a service's requests and answers are written on the wire. */
import type { AwsError } from './aws-error.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** beside those that every answer has */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Refusal extends Answer {
  /** the error code, as it stands on the wire */
  readonly code: string;
}

export interface Protocol {
  /** @throws AwsError where the body cannot be read */
  readInput(body: Buffer): Readonly<Record<string, unknown>>;
  answer(operation: string, output: object, requestId: string): Answer;
  refuse(error: AwsError, requestId: string): Refusal;
}
