/**
 * Control endpoints: what stands under `/_local/`, for a person or a test at this machine, without a signature.
 * Invariant: no foreign web page can use them. `isAskedHere` knows its requests; a body of JSON and the method DELETE
 * need a CORS preflight as well, and none is granted.
 */

import type { IncomingMessage } from 'node:http';
import { AwsError } from '../wire/aws-error.ts';
import type { Answer } from '../wire/protocol.ts';
import { type ReceivedHeaders, readBody } from '../wire/request.ts';
import { isAskedHere } from './local-host.ts';

export type ControlMethod = 'GET' | 'POST' | 'DELETE';

export interface ControlEndpoint {
  /** `/_local/...` */
  readonly path: string;
  /**
   * What each method answers, as JSON. POST gets its body's JSON, GET its query as URLSearchParams.
   * A ControlError is shown to the client; any other error is a defect.
   */
  readonly methods: Readonly<
    Partial<Record<ControlMethod, (input: unknown) => Promise<object> | object>>
  >;
}

export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const maxBodyBytes = 64 * 1024;

/**
 * @returns nothing where the request is for something else
 * @throws Error where the body cannot be received, or the endpoint fails
 */
export async function controlAnswer(
  request: IncomingMessage,
  headers: ReceivedHeaders,
  endpoints: readonly ControlEndpoint[],
): Promise<Answer | undefined> {
  const [path, query] = (request.url ?? '').split(/\?(.*)/s);
  const endpoint = endpoints.find((candidate) => candidate.path === path);
  if (endpoint === undefined) return undefined;
  try {
    if (!isAskedHere(headers)) {
      throw new ControlError(
        'This page is for this machine: by 127.0.0.1 or localhost, not by a web page.',
        403,
      );
    }
    const method = request.method as ControlMethod;
    if (!Object.hasOwn(endpoint.methods, method)) {
      const known = Object.keys(endpoint.methods).join(', ');
      throw new ControlError(`This page takes ${known}.`, 405);
    }
    const input = method === 'POST' ? await jsonBody(request, headers) : new URLSearchParams(query);
    return json(200, (await endpoint.methods[method]?.(input)) ?? {});
  } catch (error) {
    if (error instanceof ControlError || error instanceof AwsError) {
      return json(error.status, { message: error.message });
    }
    throw error;
  }
}

/** @throws ControlError, AwsError for a body that is too large */
async function jsonBody(request: IncomingMessage, headers: ReceivedHeaders): Promise<unknown> {
  const [contentType = '', ...more] = headers.get('content-type') ?? [];
  if (more.length > 0 || !/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new ControlError('POST takes Content-Type: application/json.', 415);
  }
  const body = await readBody(request, maxBodyBytes);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ControlError('the body is not JSON');
  }
}

/** As no other page can take it for a script, or have it at all. */
export const json = (status: number, body: object): Answer => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
  headers: { 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'same-origin' },
});
