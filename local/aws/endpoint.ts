/**
 * KMS, STS and DynamoDB on one address of this machine. Invariant: nothing reaches an operation that was
 * not signed by credentials of this stack, and no request, however wrong, gets more than an error of AWS's
 * shape.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import { type Listening, listen } from '../listen.ts';
import { callOf, type FinishedCall, type ServedCall } from './call.ts';

export type { FinishedCall };

import type { CredentialStore } from './authentication/credentials.ts';
import { authenticate } from './authentication/signature.ts';
import { type LocalPage, localPage } from './control/control-endpoint.ts';
import { decisionsPage } from './control/decisions.ts';
import { faultsPage } from './control/faults.ts';
import { type DecisionLog, decisionLog } from './decision-log.ts';
import type { Fault } from './faults/fault.ts';
import { failBy } from './faults/fault-errors.ts';
import { type Faults, openFaults, type PlayedFaults } from './faults/fault-plan.ts';
import { AwsError, type Operation, type Service } from './operation.ts';
import { type Destination, destinationOf, unknownProtocol } from './wire/destination.ts';
import type { Answer } from './wire/protocol.ts';
import { deliver, type Reply } from './wire/reply.ts';
import { headersOf, type ReceivedHeaders, readBody } from './wire/request.ts';
import { nextRequestId } from './wire/request-id.ts';

export interface EndpointOptions {
  readonly services: readonly Service[];
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  /** that every request must be signed for, those to STS included */
  readonly region: string;
  readonly accountId: string;
  /** 0 picks a free one */
  readonly port: number;
  /** what a browser gets that asks for `/` */
  readonly frontPage?: FrontPage;
  /** for people and tests at this machine, beside those of decisions and faults */
  readonly pages?: readonly LocalPage[];
  /** called once for each call to a service, after it was decided what it is answered */
  readonly onCall?: (call: FinishedCall) => void;
  /** called once for each call that reached its operation, or was throttled or failed there, in the order of their ends */
  readonly onServed?: (call: ServedCall) => void;
  /** for what no client is told: a defect of the stack */
  readonly onError?: (error: unknown, requestId: string) => void;
}

/** @returns nothing where the request is for something else */
export type FrontPage = (
  method: string,
  target: string,
  headers: ReceivedHeaders,
) => Answer | undefined;

export interface AwsEndpoint extends Listening {
  readonly decisions: DecisionLog;
  readonly faults: Faults;
  /** Adds a page that could not be made before the endpoint was. */
  addPage(page: LocalPage): void;
}

/** @throws Error where the port is taken */
export async function serveAws(options: EndpointOptions): Promise<AwsEndpoint> {
  const decisions = decisionLog();
  const faults = openFaults(options.services);
  const pages = [faultsPage(faults), ...(options.pages ?? [])];
  const server = createServer((request, response) => {
    const requestId = nextRequestId();
    answerTo(request, requestId, options, { decisions, faults, pages })
      .then((reply) => deliver(response, reply, requestId, options.clock))
      // The client went away while it was sending.
      .catch(() => response.destroy());
  });
  // Longer than clients keep an idle connection, so that none finds it closed as it sends.
  server.keepAliveTimeout = 65_000;
  const addPage = (page: LocalPage) => void pages.push(page);
  return { ...(await listen(server, options.port)), decisions, faults, addPage };
}

/** What is known about a request so far, for the note of how it ended. */
interface Progress {
  readonly destination?: Destination;
  readonly operation?: string;
  readonly caller?: Caller;
  readonly fault?: Fault | undefined;
  /** once the call is its service's to carry out */
  readonly served?: Pick<ServedCall, 'sourceIp' | 'userAgent' | 'input' | 'output'>;
}

interface Parts {
  readonly decisions: DecisionLog;
  readonly faults: PlayedFaults;
  readonly pages: readonly LocalPage[];
}

/** @throws Error only where the body cannot be received */
async function answerTo(
  request: IncomingMessage,
  requestId: string,
  options: EndpointOptions,
  { decisions, faults, pages }: Parts,
): Promise<Reply> {
  const { method = '', url: target = '' } = request;
  const headers = headersOf(request);
  let progress: Progress = {};
  try {
    const own =
      options.frontPage?.(method, target, headers) ??
      decisionsPage(method, target, headers, decisions);
    const page = own ?? (await localPage(request, headers, pages));
    if (page !== undefined) return { answer: page };
    const destination = destinationOf(method, target, headers);
    progress = { destination };
    const body = await readBody(request, destination.maxBodyBytes);
    const operation = destination.operationOf(body);
    progress = { destination, operation };
    const { service, protocol } = destination;
    const { credentials, region, accountId, clock } = options;
    const received = { method, target, headers, body };
    const caller = authenticate(received, { credentials, region, service, now: clock.now() });
    progress = { destination, operation, caller };
    const run = operationOf(options.services, service, operation);
    const fault = faults.next(service, operation);
    const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
    const origin = { sourceIp, userAgent: headers.get('user-agent')?.[0] ?? '' };
    progress = { destination, operation, caller, fault };
    if (!isLostOnTheWay(fault)) progress = { ...progress, served: origin };
    if (fault !== undefined) failBy(fault, service, operation);
    const input = protocol.readInput(body);
    progress = { ...progress, served: { ...origin, input } };
    const scope = { service, caller, requestId, sourceIp, clock, region, accountId, decisions };
    const output = await run(input, callOf(scope));
    const answer = protocol.answer(operation, output, requestId);
    progress = { ...progress, served: { ...origin, input, output } };
    finish(progress, requestId, options, decisions);
    return { answer, fault };
  } catch (error) {
    if (request.errored !== null) throw error;
    const answer = refusal(error, progress, requestId, options, decisions);
    return { answer, fault: progress.fault };
  }
}

/** Whether the service never gets to see the call. */
const isLostOnTheWay = (fault: Fault | undefined): boolean =>
  fault?.fault === 'expired' || fault?.fault === 'timeout';

function operationOf(services: readonly Service[], service: string, name: string): Operation {
  const operations = services.find((candidate) => candidate.name === service)?.operations ?? {};
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation !== undefined) return operation;
  throw new AwsError(
    'UnknownOperationException',
    `The local stack has no operation ${name} of ${service}.`,
  );
}

function refusal(
  error: unknown,
  progress: Progress,
  requestId: string,
  options: EndpointOptions,
  decisions: DecisionLog,
): Answer {
  const isExpected = error instanceof AwsError;
  if (!isExpected) options.onError?.(error, requestId);
  const told = isExpected
    ? error
    : new AwsError('InternalFailure', 'The local stack failed; its log says why.', 500);
  const refused = (progress.destination?.protocol ?? unknownProtocol).refuse(told, requestId);
  finish(progress, requestId, options, decisions, { code: refused.code, message: told.message });
  return refused;
}

function finish(
  { destination, operation = '', caller, fault, served }: Progress,
  requestId: string,
  { onCall, onServed, onError, clock }: EndpointOptions,
  decisions: DecisionLog,
  error?: { readonly code: string; readonly message: string },
): void {
  if (destination === undefined) return;
  const call: FinishedCall = {
    time: clock.now(),
    requestId,
    service: destination.service,
    operation,
    ...(caller === undefined ? {} : { caller }),
    ...(fault === undefined ? {} : { fault: fault.fault }),
    ...(error === undefined ? { outcome: 'success' } : { outcome: 'error', errorCode: error.code }),
  };
  const tell = (telling: () => void) => {
    try {
      telling();
    } catch (defect) {
      onError?.(defect, requestId);
    }
  };
  tell(() => onCall?.(call));
  if (caller === undefined || served === undefined) return;
  const resources = decisions.of(requestId).map(({ resource }) => resource);
  const message = error === undefined ? {} : { errorMessage: error.message };
  tell(() => onServed?.({ ...call, ...served, ...message, caller, resources }));
}
