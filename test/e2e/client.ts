/**
 * A caller of the API: plain HTTP, so that a test can send what a library would not. Every answer is held against
 * the contract.
 */
import { request } from 'node:http';
import { checkAnswer } from './check-answer.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  /** the bytes, read as UTF-8 */
  readonly text: string;
  /** undefined where the answer is not JSON */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly json: any;
}

export interface Send {
  readonly token?: string;
  /** an object is sent as JSON, text and bytes as they are */
  readonly body?: object | string | Buffer;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** header lines as they go over the wire, after the others: Node joins names that differ in case only */
  readonly lines?: readonly HeaderLine[];
}

export type HeaderLine = readonly [name: string, value: string];

export interface Client {
  /**
   * @param path raw, below the stage: nothing is normalized or encoded
   * @throws Error where the answer is not as the contract of its route has it
   */
  send(method: string, path: string, options?: Send): Promise<Answer>;
  token(scope: string, tenantId?: string): Promise<string>;
  adminToken(): Promise<string>;
  tenantToken(tenantId: string): Promise<string>;
  /** onboards and returns the tenant as the API gives it */
  onboard(tenantId: string): Promise<{ readonly keyArn: string }>;
  /** @returns the ciphertext in base64 */
  encrypt(tenantId: string, plaintext: Buffer, context?: Record<string, string>): Promise<string>;
}

export function openClient(stack: { readonly api: string; readonly issuer: string }): Client {
  const tokens = new Map<string, Promise<string>>();

  async function newToken(scope: string, tenantId?: string): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'test',
      scope,
    });
    if (tenantId !== undefined) form.set('tenant_id', tenantId);
    const response = await fetch(`${stack.issuer}/oauth2/token`, { method: 'POST', body: form });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return token;
  }

  const client: Client = {
    async send(method, path, options) {
      const answer = await sendUnchecked(stack.api, method, path, options);
      checkAnswer({ method, path, json: jsonSent(options?.body) }, answer);
      return answer;
    },
    token(scope, tenantId) {
      const key = JSON.stringify([scope, tenantId]);
      const known = tokens.get(key) ?? newToken(scope, tenantId);
      tokens.set(key, known);
      return known;
    },
    adminToken: () => client.token('tenant-keys/admin'),
    tenantToken: (tenantId) => client.token('tenant-keys/crypto', tenantId),
    async onboard(tenantId) {
      const token = await client.adminToken();
      const answer = await client.send('PUT', `/tenants/${tenantId}`, { token, body: {} });
      if (answer.status > 201) throw new Error(`onboarding failed: ${answer.text}`);
      return answer.json;
    },
    async encrypt(tenantId, plaintext, encryptionContext) {
      const token = await client.tenantToken(tenantId);
      const body = { plaintext: plaintext.toString('base64'), encryptionContext };
      const answer = await client.send('POST', `/tenants/${tenantId}/encrypt`, { token, body });
      if (answer.status !== 200) throw new Error(`encryption failed: ${answer.text}`);
      return answer.json.ciphertext;
    },
  };
  return client;
}

const isJson = (body: Send['body']): body is object =>
  typeof body === 'object' && !Buffer.isBuffer(body);

/** As it goes over the wire: without members that are undefined. */
const jsonSent = (body: Send['body']): unknown =>
  isJson(body) ? JSON.parse(JSON.stringify(body)) : undefined;

/** For what is no request of the contract, such as a browser's preflight. */
export function sendUnchecked(
  api: string,
  method: string,
  path: string,
  options: Send = {},
): Promise<Answer> {
  const base = new URL(api);
  const { token, body, lines = [] } = options;
  const payload = isJson(body) ? JSON.stringify(body) : body;
  const headers = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(payload !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(payload),
    }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: base.hostname,
        port: base.port,
        method,
        path: `${base.pathname}${path}`,
        headers: lines.length === 0 ? headers : asLines({ Host: base.host, ...headers }, lines),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          const { statusCode: status = 0, headers: received } = incoming;
          const json = jsonOf(text, received['content-type']);
          resolve({ status, headers: received, bytes, text, json });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** Node sends a list as it is, names and values in turn. */
const asLines = (
  headers: Readonly<Record<string, string | number | readonly string[]>>,
  more: readonly HeaderLine[],
): string[] =>
  [
    ...Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, String(value)] as const),
    ),
    ...more,
  ].flat();

/** @returns undefined for what is not JSON, or does not call itself so */
function jsonOf(text: string, contentType = ''): unknown {
  try {
    return /\bjson\b/.test(contentType) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
