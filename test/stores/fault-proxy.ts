/** A server in front of a store that breaks what goes through it, as networks, load balancers and other versions do. */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Fault =
  | 'none'
  /** takes the request, and says nothing */
  | 'silent'
  | 'reset'
  /** the connection ends amid the answer */
  | 'cut'
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

export interface FaultProxy {
  readonly address: string;
  /** of requests whose path has this in it; of all by default */
  break(fault: Fault, path?: string): void;
  /** What HashiCorp's `datakey` does: it ignores associated data. Of every operation: what no version may do. */
  ignoreAssociatedData(operations: readonly string[]): void;
  /** method and path of each request since the last call */
  seen(): string[];
  close(): void;
}

export async function startFaultProxy(store: string): Promise<FaultProxy> {
  let [fault, broken]: [Fault, string] = ['none', ''];
  let ignoring: readonly string[] = [];
  let seen: string[] = [];
  const server = createServer(async (request, response) => {
    const { url = '' } = request;
    seen.push(`${request.method} ${url}`);
    const body = await buffer(request);
    const now = url.includes(broken) ? fault : 'none';
    if (now === 'silent') return;
    if (now === 'reset') return void response.destroy();
    if (typeof now === 'object')
      return void response.writeHead(now.status, now.headers).end(now.body ?? '');
    const isIgnoring = ignoring.some((operation) => url.includes(`/${operation}/`));
    pass(store, request, isIgnoring ? withoutAssociatedData(body) : body, response, now === 'cut');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    break(next, path = '') {
      [fault, broken] = [next, path];
    },
    ignoreAssociatedData(operations) {
      ignoring = operations;
    },
    seen() {
      const all = seen;
      seen = [];
      return all;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Not left out: the tenant's policy asks for the parameter. */
const withoutAssociatedData = (body: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), associated_data: '' }));

function pass(
  store: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  cut: boolean,
): void {
  const length = { 'content-length': String(body.length) };
  const passed = send(new URL(url ?? '', store), { method, headers: { ...headers, ...length } });
  passed.on('response', async (answer) => {
    const text = await buffer(answer);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (!cut) return void response.end(text);
    response.write(text.subarray(0, text.length / 2));
    setTimeout(() => response.destroy(), 50);
  });
  passed.on('error', () => response.destroy());
  passed.end(body);
}
