/**
 * The request quotas of KMS's control plane, for an account that may call no faster than a real one. Source:
 * "Request quotas", developer guide, 2026: each is an account's own and independent of the others. Those of
 * cryptographic operations are left out: no laptop reaches them.
 */
import type { Operation, Service } from '../aws/operation.ts';
import { throttled } from './errors.ts';

/** requests in any one second */
const quotas: Readonly<Record<string, number>> = {
  CancelKeyDeletion: 5,
  CreateAlias: 5,
  CreateGrant: 50,
  CreateKey: 5,
  DeleteAlias: 15,
  DescribeKey: 2000,
  DisableKey: 5,
  DisableKeyRotation: 5,
  EnableKey: 5,
  EnableKeyRotation: 15,
  GetKeyLastUsage: 5,
  GetKeyPolicy: 1000,
  GetKeyRotationStatus: 1000,
  GetPublicKey: 2000,
  ListAliases: 500,
  ListKeyPolicies: 100,
  ListKeyRotations: 100,
  ListKeys: 500,
  ListResourceTags: 2000,
  PutKeyPolicy: 15,
  RotateKeyOnDemand: 5,
  ScheduleKeyDeletion: 15,
  TagResource: 10,
  UntagResource: 5,
  UpdateAlias: 5,
};

const window = 1000;

/**
 * @param now in milliseconds, real time: advancing the clock of KMS gives nobody more requests
 * @returns the service, which throttles what comes too fast before it asks the policies
 */
export function withQuotas(service: Service, now = () => performance.now()): Service {
  const operations = Object.entries(service.operations).map(([name, operation]) => {
    const quota = quotas[name];
    return [name, quota === undefined ? operation : limited(operation, quota, now)] as const;
  });
  return { ...service, operations: Object.fromEntries(operations) };
}

/** What was throttled does not count: a client that keeps trying gets its share. */
function limited(operation: Operation, quota: number, now: () => number): Operation {
  let taken: number[] = [];
  return (input, call) => {
    const at = now();
    taken = taken.filter((time) => at - time < window);
    if (taken.length >= quota) throw throttled();
    taken.push(at);
    return operation(input, call);
  };
}
