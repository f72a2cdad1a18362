/** A server that answers as a test says, and keeps the requests that it got. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Scripted {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ScriptedServer {
  readonly url: string;
  /** `METHOD path`, with token and body */
  readonly received: { readonly request: string; readonly token?: string; readonly body: string }[];
  /** to the n-th request, from 1 */
  answer: (request: IncomingMessage, n: number) => Scripted;
  close(): Promise<void>;
}

export async function serveScript(): Promise<ScriptedServer> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { authorization: token } = request.headers;
    const n = scripted.received.push({
      request: `${request.method} ${request.url}`,
      ...(token !== undefined && { token }),
      body,
    });
    const { status, body: json = {}, headers } = scripted.answer(request, n);
    response.writeHead(status, headers).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: () => ({ status: 500 }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return scripted;
}
