/** An answer as it leaves: the headers that every answer has, and the body. */
import type { ServerResponse } from 'node:http';
import type { Answer } from './protocol.ts';

/** @param date the stack's time, by which SDKs correct their own when a signature is refused for its date */
export function send(
  response: ServerResponse,
  answer: Answer,
  requestId: string,
  date: Date,
): void {
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
    'Cache-Control': 'no-store',
    Date: date.toUTCString(),
    'x-amzn-RequestId': requestId,
    ...answer.headers,
  });
  response.end(answer.body);
}
