/**
 * Pages under `/_local/`, for a person or a test at this machine; they need no signature. Invariant: no web
 * page of somebody else's can use them. A browser gives each such request away by its Origin or, where it sends
 * none, by Sec-Fetch-Site; a body of JSON and the method DELETE need a CORS preflight as well, and none is granted.
 */
import type { IncomingMessage } from 'node:http';
import { AwsError } from '../operation.ts';
import type { Answer } from '../wire/protocol.ts';
import { type ReceivedHeaders, readBody } from '../wire/request.ts';
import { isLocalHost } from './local-host.ts';

export type PageMethod = 'GET' | 'POST' | 'DELETE';

export interface LocalPage {
  /** `/_local/...` */
  readonly path: string;
  /**
   * What each method answers, as JSON. POST gets its body's JSON, GET its query as URLSearchParams.
   * A PageError is told to the client; any other error is a defect.
   */
  readonly methods: Readonly<
    Partial<Record<PageMethod, (input: unknown) => Promise<object> | object>>
  >;
}

export class PageError extends Error {
  override readonly name = 'PageError';
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const largestBody = 64 * 1024;

/**
 * @returns nothing where the request is for something else
 * @throws Error where the body cannot be received, or the page fails
 */
export async function localPage(
  request: IncomingMessage,
  headers: ReceivedHeaders,
  pages: readonly LocalPage[],
): Promise<Answer | undefined> {
  const [path, query] = (request.url ?? '').split(/\?(.*)/s);
  const page = pages.find((candidate) => candidate.path === path);
  if (page === undefined) return undefined;
  try {
    if (!isLocalHost(headers) || isOfAnotherPage(headers)) {
      throw new PageError(
        'This page is for this machine: by 127.0.0.1 or localhost, not by a web page.',
        403,
      );
    }
    const method = request.method as PageMethod;
    if (!Object.hasOwn(page.methods, method)) {
      const known = Object.keys(page.methods).join(', ');
      throw new PageError(`This page takes ${known}.`, 405);
    }
    const input = method === 'POST' ? await jsonBody(request, headers) : new URLSearchParams(query);
    return json(200, (await page.methods[method]?.(input)) ?? {});
  } catch (error) {
    if (error instanceof PageError || error instanceof AwsError) {
      return json(error.status, { message: error.message });
    }
    throw error;
  }
}

/** `none`: typed in, or a bookmark; a program sends no such header. */
function isOfAnotherPage(headers: ReceivedHeaders): boolean {
  const sites = headers.get('sec-fetch-site') ?? [];
  return headers.has('origin') || sites.some((site) => site !== 'same-origin' && site !== 'none');
}

/** @throws PageError, AwsError for a body that is too large */
async function jsonBody(request: IncomingMessage, headers: ReceivedHeaders): Promise<unknown> {
  const [contentType = '', ...more] = headers.get('content-type') ?? [];
  if (more.length > 0 || !/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new PageError('POST takes Content-Type: application/json.', 415);
  }
  const body = await readBody(request, largestBody);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new PageError('the body is not JSON');
  }
}

const json = (status: number, body: object): Answer => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
  headers: { 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'same-origin' },
});
