/**
 * `/_local/faults`: reads, replaces and clears the faults, for a person or a test at this machine.
 * Invariant: no web page of somebody else's can change them. A browser gives each such request away by
 * its Origin; a body of JSON and the method DELETE need a CORS preflight as well, and none is granted.
 */
import type { IncomingMessage } from 'node:http';
import { type FaultInput, FaultsError } from './fault.ts';
import type { Faults } from './faults.ts';
import { isLocalHost } from './local-host.ts';
import { AwsError } from './operation.ts';
import type { Answer } from './protocol.ts';
import { type ReceivedHeaders, readBody } from './request.ts';

const largestBody = 64 * 1024;

/**
 * @returns nothing where the request is for something else
 * @throws Error only where the body cannot be received
 */
export async function faultsPage(
  request: IncomingMessage,
  headers: ReceivedHeaders,
  faults: Faults,
): Promise<Answer | undefined> {
  if (request.url !== '/_local/faults') return undefined;
  if (!isLocalHost(headers) || headers.has('origin')) {
    return refusal(
      403,
      'Faults are for this machine: by 127.0.0.1 or localhost, not by a web page.',
    );
  }
  switch (request.method) {
    case 'GET':
      return listed(faults);
    case 'DELETE':
      faults.clear();
      return listed(faults);
    case 'POST':
      return replaced(request, headers, faults);
    default:
      return refusal(405, 'GET shows the faults, POST replaces them, DELETE clears them.');
  }
}

async function replaced(
  request: IncomingMessage,
  headers: ReceivedHeaders,
  faults: Faults,
): Promise<Answer> {
  const [contentType = '', ...more] = headers.get('content-type') ?? [];
  if (more.length > 0 || !/^application\/json\s*(;|$)/i.test(contentType)) {
    return refusal(415, 'POST takes Content-Type: application/json.');
  }
  try {
    const body = await readBody(request, largestBody);
    faults.set(parse(body) as readonly FaultInput[]);
    return listed(faults);
  } catch (error) {
    if (error instanceof FaultsError) return refusal(400, error.message);
    if (error instanceof AwsError) return refusal(error.status, error.message);
    throw error;
  }
}

/** @throws FaultsError */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new FaultsError('the body is not JSON');
  }
}

const listed = (faults: Faults) => json(200, faults.list());

const refusal = (status: number, message: string) => json(status, { message });

const json = (status: number, body: object): Answer => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
});
