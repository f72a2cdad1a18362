/** `GET /_local/decisions/<request id>`: why a request was allowed or refused, for a person at this machine. */
import { explain } from '../../iam/authorize.ts';
import type { DecisionLog } from '../decision-log.ts';
import type { Answer } from '../wire/protocol.ts';
import type { ReceivedHeaders } from '../wire/request.ts';
import { json } from './control-endpoint.ts';
import { isAskedHere } from './local-host.ts';

/** @param endpoint of AWS on this machine */
export const decisionsUrl = (endpoint: string, requestId: string): string =>
  `${endpoint}/_local/decisions/${requestId}`;

const path = /^\/_local\/decisions\/([A-Za-z0-9-]{1,64})$/;

/** @returns nothing where the request is for something else */
export function decisionsAnswer(
  method: string,
  target: string,
  headers: ReceivedHeaders,
  decisions: DecisionLog,
): Answer | undefined {
  const [, requestId] = path.exec(target) ?? [];
  if (method !== 'GET' || requestId === undefined || !isAskedHere(headers)) return undefined;
  const records = decisions
    .of(requestId)
    .map((record) => ({ ...record, explanation: explain(record.decision) }));
  return json(200, records);
}
