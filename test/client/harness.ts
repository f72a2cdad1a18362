/**
 * A client of a local stack, whose issuer gives anybody a token for anything; and a server that answers as a test
 * says.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TenantKeys, type TenantKeysOptions } from '../../client/tenant-keys.ts';

/** In no answer, error or log. */
export const clientSecret = 'the secret of : the & client%';

export function clientOf(
  stack: { readonly api: string; readonly issuer: string },
  options: Partial<TenantKeysOptions> = {},
): TenantKeys {
  const credentials = {
    issuer: stack.issuer,
    clientId: 'test client',
    clientSecret,
    parameters: ({ tenantId }: { readonly tenantId?: string | undefined }) => ({
      tenant_id: tenantId,
    }),
  };
  return new TenantKeys({ url: stack.api, credentials, ...options });
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Handler = (request: Received, response: ServerResponse, count: number) => unknown;

export interface FaultyServer {
  readonly url: string;
  readonly requests: readonly Received[];
  /** what the requests that come from now on are answered by; a list is gone through, its last one stays */
  answer(...handlers: Handler[]): void;
  close(): Promise<void>;
}

export async function startFaultyServer(): Promise<FaultyServer> {
  let requests: Received[] = [];
  let handlers: Handler[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url = '', headers } = incoming;
    const received = { method, path: url, headers, body: Buffer.concat(chunks) };
    requests.push(received);
    const handler = handlers[Math.min(requests.length, handlers.length) - 1];
    await handler?.(received, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    answer(...next) {
      requests = [];
      handlers = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };

export const requestId = '11111111-2222-3333-4444-555555555555';

/** A problem as the API has it. */
export const problem = (
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  detail = 'What is wrong.',
): Handler =>
  json({ type: `/v1/problems#${code}`, title: 'Title', status, code, detail, requestId }, status, {
    'Content-Type': 'application/problem+json',
    'x-amzn-RequestId': requestId,
    ...headers,
  });

/** @returns what was thrown */
export async function thrown(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Events come some time after what they tell of. */
export async function eventually<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come');
}
