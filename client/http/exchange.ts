/**
 * One HTTP request and its whole answer. Invariants: a redirection is never followed, since the token would go along;
 * an answer is read up to a bound; what `fetch` throws never leaves, since it may have the request in it.
 */
import { TenantKeysError } from '../errors.ts';
import { ConnectionError } from './connection-error.ts';
import { interruptible } from './interrupt.ts';

export interface Network {
  readonly fetch: typeof fetch;
  /** of one request with its answer */
  readonly timeoutMs: number;
  readonly allowInsecureHttp: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
}

/** The API's largest answer has some 6 MB. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** @throws ConnectionError, or the signal's reason */
export async function exchange(
  network: Network,
  url: string,
  { method, headers, body }: Outgoing,
  limits: { readonly signal?: AbortSignal | undefined; readonly timeoutMs: number },
): Promise<Answer> {
  const { origin } = new URL(url);
  const send = network.fetch;
  const whole = async (signal: AbortSignal): Promise<Answer> => {
    const init: RequestInit = { method, headers, signal, redirect: 'manual' };
    if (body !== undefined) init.body = body;
    const response = await send(url, init);
    checkNotRedirected(response, origin);
    return {
      status: response.status,
      headers: response.headers,
      bytes: await bytesOf(response, origin),
    };
  };
  const timeout = () => new ConnectionError('timeout', `No answer from ${origin} in time.`);
  try {
    return await interruptible(whole, { ...limits, timeout });
  } catch (error) {
    if (limits.signal?.aborted || error instanceof TenantKeysError) throw error;
    throw new ConnectionError('unreachable', `No connection to ${origin}${codeOf(error)}.`);
  }
}

/** In browsers the answer of a redirection is empty, and has this type. */
function checkNotRedirected(response: Response, origin: string): void {
  const { status, type, redirected } = response;
  if (!redirected && type !== 'opaqueredirect' && !(status >= 300 && status < 400)) return;
  response.body?.cancel().catch(() => {});
  throw new ConnectionError(
    'unexpected-answer',
    `${origin} answered with a redirection, which is not followed: check the URL.`,
    { status },
  );
}

async function bytesOf(
  { body, status }: Response,
  origin: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    chunks.push(next.value);
    size += next.value.byteLength;
    if (size <= maxAnswerBytes) continue;
    reader?.cancel().catch(() => {});
    throw new ConnectionError('unexpected-answer', `The answer of ${origin} is too large.`, {
      status,
    });
  }
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.byteLength;
  }
  return bytes;
}

/** `ECONNREFUSED` and the like, which is all that is taken from an error of others. */
function codeOf(error: unknown): string {
  const { cause, code = (cause as { code?: unknown } | undefined)?.code } = Object(error);
  return typeof code === 'string' && /^E[A-Z_]{2,30}$/.test(code) ? ` (${code})` : '';
}
