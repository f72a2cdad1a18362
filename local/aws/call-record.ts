/** How a call ended, for those who listen: every call to a service, and each that its service carried out. */
import type { Caller } from '../iam/caller.ts';
import type { FinishedCall, ServedCall } from './call.ts';
import type { Fault } from './faults/fault.ts';

export interface CallListeners {
  /** called once for each call to a service, after it was decided what it is answered */
  readonly onCall?: (call: FinishedCall) => void;
  /** called once for each call that reached its operation, or was throttled or failed there, in the order of their ends */
  readonly onServed?: (call: ServedCall) => void;
  /** called for a defect of the stack, which no client is shown */
  readonly onError?: (error: unknown, requestId: string) => void;
}

/** What is known of a call so far. Each stage of the endpoint adds to it, so it is whole wherever the call ends. */
export interface CallProgress {
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  service?: string;
  operation?: string;
  caller?: Caller;
  fault?: Fault | undefined;
  /** whether the call came as far as its service */
  isServed?: boolean;
  input?: Readonly<Record<string, unknown>>;
  output?: object;
}

/** How it ended. */
export interface CallEnd {
  readonly time: Date;
  /** what the policies were asked about, in the order of the questions */
  readonly resources: readonly string[];
  /** absent where the call succeeded */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Calls the listeners. A request that named no service is no call. */
export function recordCall(progress: CallProgress, end: CallEnd, listeners: CallListeners): void {
  const { requestId, service, operation = '', caller, fault } = progress;
  const { time, error } = end;
  if (service === undefined) return;
  const call: FinishedCall = {
    time,
    requestId,
    service,
    operation,
    ...(caller === undefined ? {} : { caller }),
    ...(fault === undefined ? {} : { fault: fault.fault }),
    ...(error === undefined ? { outcome: 'success' } : { outcome: 'error', errorCode: error.code }),
  };
  const { onCall, onServed, onError } = listeners;
  const notify = (listen: () => void) => {
    try {
      listen();
    } catch (defect) {
      onError?.(defect, requestId);
    }
  };
  notify(() => onCall?.(call));
  if (caller !== undefined && progress.isServed === true) {
    notify(() => onServed?.(servedCall({ ...call, caller }, progress, end)));
  }
}

function servedCall(
  call: FinishedCall & Pick<ServedCall, 'caller'>,
  { sourceIp, userAgent, input, output }: CallProgress,
  { resources, error }: CallEnd,
): ServedCall {
  return {
    ...call,
    sourceIp,
    userAgent,
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { errorMessage: error.message }),
    resources,
  };
}
