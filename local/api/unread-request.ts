/** The answer to what could not be parsed as a request. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayRefusal, gatewayResponse } from './gateway-response.ts';
import type { ApiDefinition } from './template.ts';

/** How long a client may go on sending a request that was refused unread. */
const lingerMs = 1000;

/**
 * AWS documents no gateway response for a header that is too large: REQUEST_TOO_LARGE is the type that names the cause.
 */
export function refuseUnread(
  api: ApiDefinition,
  { code }: NodeJS.ErrnoException,
  socket: Duplex,
): void {
  const type = code === 'HPE_HEADER_OVERFLOW' ? 'REQUEST_TOO_LARGE' : 'DEFAULT_4XX';
  const requestId = randomUUID();
  const { status, headers, body } = gatewayResponse(api, new GatewayRefusal(type), requestId);
  const fields = Object.entries({
    ...headers,
    'x-amzn-RequestId': requestId,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields, '', body].join('\r\n'));
  // The rest is read and dropped, so that the client gets to read the answer.
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
