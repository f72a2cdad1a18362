/** A page in a browser, as far as another origin's API is concerned: the CORS protocol of the Fetch standard. */
import { type Answer, type Send, sendUnchecked } from './client.ts';

/** What a page gets instead of an answer, whatever the reason. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError';
}

export interface ReadableAnswer {
  readonly status: number;
  /** those that the page may read */
  readonly headers: Answer['headers'];
  readonly json: Answer['json'];
  readonly text: string;
}

export interface Page {
  /** @throws BlockedError where the browser keeps the answer from the page, or does not even ask */
  fetch(method: string, path: string, options?: Send): Promise<ReadableAnswer>;
}

/** @param origin of the page */
export const openPageOf = (api: string, origin: string): Page => ({
  async fetch(method, path, options = {}) {
    const unsafe = unsafeNames(options);
    const isSimple = ['GET', 'HEAD', 'POST'].includes(method) && unsafe.length === 0;
    if (!isSimple) await preflight(api, origin, method, path, unsafe);
    const headers = { ...options.headers, Origin: origin };
    const answer = await sendUnchecked(api, method, path, { ...options, headers });
    requireAllowed(answer, origin);
    return readable(answer);
  },
});

/** "CORS-preflight fetch": without the request's token, headers and body. */
async function preflight(
  api: string,
  origin: string,
  method: string,
  path: string,
  unsafe: readonly string[],
): Promise<void> {
  const answer = await sendUnchecked(api, 'OPTIONS', path, {
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      ...(unsafe.length > 0 && { 'Access-Control-Request-Headers': [...unsafe].sort().join(',') }),
    },
  });
  requireAllowed(answer, origin);
  if (answer.status < 200 || answer.status > 299) throw new BlockedError(`${answer.status}`);
  const isSafelisted = ['GET', 'HEAD', 'POST'].includes(method);
  if (!isSafelisted && !listOf(answer, 'allow-methods').includes(method.toLowerCase()))
    throw new BlockedError(method);
  const allowed = listOf(answer, 'allow-headers');
  const missing = unsafe.find((name) => !allowed.includes(name));
  if (missing !== undefined) throw new BlockedError(missing);
}

/** "CORS check", for a request without credentials. */
function requireAllowed({ headers }: Answer, origin: string): void {
  const given = headers['access-control-allow-origin'];
  if (given !== '*' && given !== origin) throw new BlockedError(`allowed: ${given}`);
}

const listOf = ({ headers }: Answer, name: string): string[] =>
  String(headers[`access-control-${name}`] ?? '')
    .toLowerCase()
    .split(/, */);

/** "CORS-unsafe request-header names", in lower case. */
function unsafeNames({ token, body, headers = {} }: Send): string[] {
  const given = {
    ...(token !== undefined && { Authorization: token }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...headers,
  };
  return Object.entries(given)
    .filter(([name, value]) => !isSafelisted(name.toLowerCase(), String(value)))
    .map(([name]) => name.toLowerCase());
}

const isSafelisted = (name: string, value: string): boolean =>
  name === 'accept' || (name === 'content-type' && /^text\/plain\b/.test(value));

const safelistedHeaders = ['cache-control', 'content-length', 'content-type'];

function readable({ status, headers, json, text }: Answer): ReadableAnswer {
  const exposed = String(headers['access-control-expose-headers'] ?? '')
    .toLowerCase()
    .split(/, */);
  const names = [...safelistedHeaders, ...exposed];
  const visible = Object.entries(headers).filter(([name]) => names.includes(name));
  return { status, headers: Object.fromEntries(visible), json, text };
}
