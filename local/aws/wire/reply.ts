/** How a reply leaves: as it is, or late, or not at all where a fault of that kind hit the call. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { Fault } from '../faults/fault.ts';
import type { Answer } from './protocol.ts';

export interface Reply {
  readonly answer: Answer;
  /** that hit the call */
  readonly fault?: Fault | undefined;
}

export async function deliver(
  response: ServerResponse,
  { answer, fault }: Reply,
  requestId: string,
  clock: Clock,
): Promise<void> {
  if (fault !== undefined && 'delayMs' in fault) await pause(fault.delayMs, response);
  if (fault?.fault === 'timeout' || fault?.fault === 'lost') response.destroy();
  else send(response, answer, requestId, clock);
}

/** Waits in real time, but not for a client that went away, nor when the stack ends. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function send(response: ServerResponse, answer: Answer, requestId: string, clock: Clock): void {
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
    'Cache-Control': 'no-store',
    // The stack's time, by which SDKs correct their own when a signature is refused for its date.
    Date: clock.now().toUTCString(),
    'x-amzn-RequestId': requestId,
    ...answer.headers,
  });
  response.end(answer.body);
}
