/** How a reply leaves: as it is, or late, or not at all where a fault of that kind hit the call. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { Answer } from '../wire/protocol.ts';
import { send } from '../wire/reply.ts';
import type { Fault } from './fault.ts';

export interface Reply {
  readonly answer: Answer;
  /** the fault that hit the call */
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
  else send(response, answer, requestId, clock.now());
}

/** Waits in real time, but not for a client that went away, nor when the stack ends. */
function pause(delayMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
