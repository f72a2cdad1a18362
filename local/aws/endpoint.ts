/**
 * KMS, STS, IAM, DynamoDB, EventBridge, Lambda and CloudFormation on one address of this machine. Invariant: nothing
 * reaches an operation that was not signed by credentials of this stack, and no request, however wrong, gets more than
 * an error of AWS's shape.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { type Listening, listen } from '../listen.ts';
import type { CredentialStore } from './authentication/credentials.ts';
import { authenticate } from './authentication/signature.ts';
import { callOf } from './call.ts';
import { type CallEnd, type CallListeners, type CallProgress, recordCall } from './call-record.ts';
import { type ControlEndpoint, controlAnswer } from './control/control-endpoint.ts';
import { decisionsAnswer } from './control/decisions.ts';
import { faultsEndpoint } from './control/faults.ts';
import { type DecisionLog, decisionLog } from './decision-log.ts';
import { deliver, type Reply } from './faults/delivery.ts';
import { reachesService } from './faults/fault.ts';
import { failBy } from './faults/fault-errors.ts';
import { type FaultPlan, type Faults, openFaults } from './faults/fault-plan.ts';
import type { Operation, Service } from './operation.ts';
import { AwsError } from './wire/aws-error.ts';
import { destinationOf, unknownProtocol } from './wire/destination.ts';
import type { Answer, Protocol } from './wire/protocol.ts';
import { headersOf, type ReceivedHeaders, readBody } from './wire/request.ts';
import { nextRequestId } from './wire/request-id.ts';

export interface EndpointOptions extends CallListeners {
  readonly services: readonly Service[];
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  /** that every request must be signed for, those to STS included */
  readonly region: string;
  /** 0 picks a free one */
  readonly port: number;
  /** what a browser gets */
  readonly pages?: readonly LocalPage[];
  /** for people and tests at this machine, beside those of decisions and faults */
  readonly controlEndpoints?: readonly ControlEndpoint[];
}

/** @returns nothing where the request is for something else */
export type LocalPage = (
  method: string,
  target: string,
  headers: ReceivedHeaders,
) => Answer | undefined | Promise<Answer | undefined>;

export interface AwsEndpoint extends Listening {
  readonly decisions: DecisionLog;
  readonly faults: Faults;
  /** Adds a control endpoint that could not be made before this endpoint was. */
  addControlEndpoint(added: ControlEndpoint): void;
}

/** What the stages of a request share: the options, and what the endpoint keeps. */
interface Shared extends EndpointOptions {
  readonly decisions: DecisionLog;
  readonly faults: FaultPlan;
  readonly controlEndpoints: readonly ControlEndpoint[];
}

/** @throws Error where the port is taken */
export async function serveAws(options: EndpointOptions): Promise<AwsEndpoint> {
  const decisions = decisionLog();
  const faults = openFaults(options.services);
  const controlEndpoints = [faultsEndpoint(faults), ...(options.controlEndpoints ?? [])];
  const shared: Shared = { ...options, decisions, faults, controlEndpoints };
  const server = createServer((request, response) => {
    const requestId = nextRequestId();
    replyTo(request, requestId, shared)
      .then((reply) => deliver(response, reply, requestId, options.clock))
      // The client went away while it was sending.
      .catch(() => response.destroy());
  });
  // Longer than clients keep an idle connection, so that none finds it closed as it sends.
  server.keepAliveTimeout = 65_000;
  const addControlEndpoint = (added: ControlEndpoint) => void controlEndpoints.push(added);
  return { ...(await listen(server, options.port)), decisions, faults, addControlEndpoint };
}

interface Progress extends CallProgress {
  protocol?: Protocol;
}

/** @throws Error only where the body cannot be received */
async function replyTo(
  request: IncomingMessage,
  requestId: string,
  shared: Shared,
): Promise<Reply> {
  const headers = headersOf(request);
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const userAgent = headers.get('user-agent')?.[0] ?? '';
  const progress: Progress = { requestId, sourceIp, userAgent };
  try {
    const answer =
      (await localAnswer(request, headers, shared)) ??
      (await awsAnswer(request, headers, progress, shared));
    return { answer, fault: progress.fault };
  } catch (error) {
    if (request.errored !== null) throw error;
    return { answer: refusal(error, progress, shared), fault: progress.fault };
  }
}

/** @returns what a person or a test at this machine asked for, unsigned; nothing where it is a call to AWS */
async function localAnswer(
  request: IncomingMessage,
  headers: ReceivedHeaders,
  { pages = [], decisions, controlEndpoints }: Shared,
): Promise<Answer | undefined> {
  const { method = '', url: target = '' } = request;
  for (const page of pages) {
    const answer = await page(method, target, headers);
    if (answer !== undefined) return answer;
  }
  return (
    decisionsAnswer(method, target, headers, decisions) ??
    (await controlAnswer(request, headers, controlEndpoints))
  );
}

/**
 * A call to AWS, stage by stage; none runs before the one above it has passed.
 * @param progress takes what each stage learned, for the record of a call that fails at the next
 * @throws AwsError for what is answered to the caller; any other error is a defect
 */
async function awsAnswer(
  request: IncomingMessage,
  headers: ReceivedHeaders,
  progress: Progress,
  shared: Shared,
): Promise<Answer> {
  const { services, credentials, region, clock, decisions, faults } = shared;
  const { method = '', url: target = '' } = request;
  const { requestId, sourceIp } = progress;

  // Destination: the service, its protocol, the operation.
  const { service, protocol, maxBodyBytes, operationOf } = destinationOf(method, target, headers);
  progress.service = service;
  progress.protocol = protocol;
  const body = await readBody(request, maxBodyBytes);
  const name = operationOf(body);
  progress.operation = name;

  // Authentication: who signed it.
  const received = { method, target, headers, body };
  const caller = authenticate(received, { credentials, region, service, now: clock.now() });
  progress.caller = caller;
  const operation = findOperation(services, service, name);

  // Fault: what was asked to go wrong, where AWS would throttle.
  const fault = faults.next(service, name);
  progress.fault = fault;
  progress.isServed = reachesService(fault);
  failBy(fault, service, name);

  // Decoding, execution, encoding. The operation asks the policies before it does anything.
  const input = protocol.readInput(body);
  progress.input = input;
  const scope = { service, caller, requestId, sourceIp, clock, region, decisions };
  const output = await operation(input, callOf(scope));
  const answer = protocol.answer(name, output, requestId);
  progress.output = output;

  record(progress, shared);
  return answer;
}

/** @throws AwsError UnknownOperationException */
function findOperation(services: readonly Service[], service: string, name: string): Operation {
  const operations = services.find((candidate) => candidate.name === service)?.operations ?? {};
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation !== undefined) return operation;
  throw new AwsError(
    'UnknownOperationException',
    `The local stack has no operation ${name} of ${service}.`,
  );
}

/** The answer for an error, which is recorded. What is no AwsError is a defect, whose details no client is shown. */
function refusal(error: unknown, progress: Progress, shared: Shared): Answer {
  const { requestId, protocol = unknownProtocol } = progress;
  const isExpected = error instanceof AwsError;
  if (!isExpected) shared.onError?.(error, requestId);
  const shown = isExpected
    ? error
    : new AwsError('InternalFailure', 'The local stack failed; its log says why.', 500);
  const refused = protocol.refuse(shown, requestId);
  record(progress, shared, { code: refused.code, message: shown.message });
  return refused;
}

function record(progress: Progress, shared: Shared, error?: CallEnd['error']): void {
  const time = shared.clock.now();
  const resources = shared.decisions.of(progress.requestId).map(({ resource }) => resource);
  recordCall(progress, { time, resources, ...(error && { error }) }, shared);
}
