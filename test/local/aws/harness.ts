/** An AWS endpoint to test against, and requests to it that can be wrong in any way. */

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  type Credentials,
  credentialStore,
} from '../../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { serveAws } from '../../../local/aws/endpoint.ts';
import type { Service } from '../../../local/aws/operation.ts';
import { Sha256 } from '../../../local/aws/sha256.ts';
import { region } from '../../harness/account.ts';

/** The real time, plus what a test adds to it. */
export class MovableClock {
  #ahead = 0;
  now = (): Date => new Date(Date.now() + this.#ahead);
  advance(durationMs: number): void {
    this.#ahead += durationMs;
  }
}

/** @param services get the endpoint's clock and credentials */
export async function openEndpoint(
  services: (parts: {
    clock: MovableClock;
    credentials: ReturnType<typeof credentialStore>;
  }) => readonly Service[],
) {
  const clock = new MovableClock();
  const credentials = credentialStore(clock);
  const calls: FinishedCall[] = [];
  const errors: unknown[] = [];
  const endpoint = await serveAws({
    services: services({ clock, credentials }),
    credentials,
    clock,
    region,
    port: 0,
    onCall: (call) => calls.push(call),
    onError: (error) => errors.push(error),
  });
  return { ...endpoint, clock, credentials, calls, errors };
}

export type TestEndpoint = Awaited<ReturnType<typeof openEndpoint>>;

/** What a client of the JS SDK takes. */
export const clientOptions = (url: string, credentials: Credentials) => ({
  endpoint: url,
  region,
  maxAttempts: 1,
  credentials: {
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
  },
});

export interface RawRequest {
  method: string;
  path: string;
  /** a list makes the header appear more than once */
  headers: Record<string, string | string[]>;
  body: string;
}

export const kmsRequest = (url: string, body = '{}', operation = 'Echo'): RawRequest => ({
  method: 'POST',
  path: '/',
  headers: {
    host: new URL(url).host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `TrentService.${operation}`,
  },
  body,
});

/** Signed by the signer of the JS SDK, which knows nothing of how the endpoint verifies. */
export async function signed(
  raw: RawRequest,
  credentials: Credentials,
  options: {
    service?: string;
    region?: string;
    date?: Date;
    unsigned?: string[];
    query?: Record<string, string[]>;
  } = {},
): Promise<RawRequest> {
  const signer = new SignatureV4({
    service: options.service ?? 'kms',
    region: options.region ?? region,
    credentials,
    sha256: Sha256,
  });
  const { headers } = await signer.sign(
    new HttpRequest({
      protocol: 'http:',
      method: raw.method,
      path: raw.path,
      ...(options.query && { query: options.query }),
      headers: raw.headers as Record<string, string>,
      body: raw.body,
    }),
    {
      signingDate: options.date ?? new Date(),
      ...(options.unsigned === undefined ? {} : { unsignableHeaders: new Set(options.unsigned) }),
    },
  );
  return { ...raw, headers };
}

export interface RawAnswer {
  readonly status: number;
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** the error code of a JSON answer */
  readonly code: string | undefined;
}

export function send(url: string, { method, path, headers, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          requestId: String(response.headers['x-amzn-requestid']),
          headers: response.headers,
          text,
          code: text.startsWith('{') ? JSON.parse(text).__type : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
