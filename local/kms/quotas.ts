/** The request quotas of KMS, for an account that may call no faster than a real one. */
import type { Operation, Service } from '../aws/operation.ts';
import { throttled } from './errors.ts';
import { kmsOperations } from './service.ts';

const windowMs = 1000;

/**
 * @param now in milliseconds, real time: advancing the clock of KMS allows no more requests
 * @returns the service, which throttles what comes too fast before it asks the policies
 */
export function withQuotas(service: Service, now = () => performance.now()): Service {
  const operations = { ...service.operations };
  for (const { name, requestsPerSecond: quota } of kmsOperations) {
    const operation = operations[name];
    if (operation === undefined || quota === null) continue;
    operations[name] = limited(operation, quota, now);
  }
  return { ...service, operations };
}

/** A throttled request does not count: a client that keeps trying gets its share. */
function limited(operation: Operation, quota: number, now: () => number): Operation {
  const taken = new Map<string, number[]>();
  return (input, call) => {
    const at = now();
    const { accountId } = call.caller;
    const recent = (taken.get(accountId) ?? []).filter((time) => at - time < windowMs);
    taken.set(accountId, recent);
    if (recent.length >= quota) throw throttled();
    recent.push(at);
    return operation(input, call);
  };
}
