/**
 * One call: as an operation sees it, and as it is recorded when it ended. Invariant: whether an operation may do
 * something is decided by `local/iam` alone, for the caller that signed, with the global condition keys as the endpoint
 * saw them; every decision is logged.
 */
import type { Clock } from '../clock.ts';
import { accountOf } from '../iam/arn.ts';
import { authorize } from '../iam/authorize.ts';
import type { Caller } from '../iam/caller.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { accessDenied } from './access-denied.ts';
import type { DecisionLog } from './decision-log.ts';
import type { FaultKind } from './faults/fault.ts';
import type { Call } from './operation.ts';

/** One finished call to a service. */
export interface FinishedCall {
  readonly time: Date;
  readonly requestId: string;
  readonly service: string;
  /** empty where the request did not name one */
  readonly operation: string;
  /** absent where the signature was refused */
  readonly caller?: Caller;
  readonly outcome: 'success' | 'error';
  /** for an error, as the client sees it; `RequestTimeout` where a fault leaves it without an answer */
  readonly errorCode?: string;
  /** the fault that hit it; where only its answer was slow or lost, the outcome is that of the call */
  readonly fault?: FaultKind;
}

export interface CallInput {
  readonly service: string;
  readonly caller: Caller;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly clock: Clock;
  readonly region: string;
  readonly decisions: DecisionLog;
}

/**
 * A finished call that its service carried out, or refused itself. It holds what the caller sent and got, plaintext
 * and keys among it: only for a reader that picks from it by a list of allowed members.
 */
export interface ServedCall extends FinishedCall {
  readonly caller: Caller;
  readonly sourceIp: string;
  /** empty where the client does not give any */
  readonly userAgent: string;
  /** absent where it could not be read, or was not read */
  readonly input?: Readonly<Record<string, unknown>>;
  /** absent for an error */
  readonly output?: object;
  readonly errorMessage?: string;
  /** what the policies were asked about, in the order of the questions */
  readonly resources: readonly string[];
}

export function callOf(input: CallInput): Call {
  const { service, caller, requestId, clock, decisions } = input;
  return {
    caller,
    requestId,
    clock,
    authorize(check) {
      const { action, resource } = check;
      const context = { ...check.context, ...globalContext(input, resource) };
      const decision = authorize(caller, { action, resource, context }, check.resourcePolicy);
      const time = clock.now();
      const callerArn = caller.arn;
      decisions.add({ time, requestId, action, resource, context, callerArn, decision });
      if (!decision.allowed) throw accessDenied(service, caller, check, decision);
      return decision;
    },
  };
}

/** The keys of "AWS global condition context keys" that this endpoint knows; the caller's come from IAM. */
function globalContext(
  { clock, region, caller, sourceIp }: CallInput,
  resource: string,
): ConditionContext {
  const now = clock.now();
  return {
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': accountOf(resource) ?? caller.accountId,
    'aws:SourceIp': sourceIp,
    // As it is: plain HTTP on the loopback interface. A policy that insists on TLS refuses it.
    'aws:SecureTransport': 'false',
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
  };
}
