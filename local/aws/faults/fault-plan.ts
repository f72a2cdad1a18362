/**
 * The faults that are in force. Invariant: a fault only takes an answer away, or delays it. It is looked up after the
 * signature was checked and before the policies are asked, where AWS throttles, so no fault lets a call through that
 * would have been refused.
 */
import type { Service } from '../operation.ts';
import { type Fault, type FaultInput, FaultsError, readFaults } from './fault.ts';

export type FaultInForce = Fault & { readonly hits: number };

export interface Faults {
  /**
   * Replaces the list, and begins to count anew. A call that was hit before stays hit.
   * @throws FaultsError that says what is wrong; the list that was in force then stays
   */
  set(faults: readonly FaultInput[]): void;
  clear(): void;
  list(): readonly FaultInForce[];
}

export interface FaultPlan extends Faults {
  /** Counts a call. @returns what hits it: the first of the list that is due */
  next(service: string, operation: string): Fault | undefined;
}

interface Counted {
  readonly fault: Fault;
  /** calls it matched, those that another fault hit included */
  calls: number;
  hits: number;
}

/** @param services those that faults may name: a fault of anything else is refused */
export function openFaults(services: readonly Service[]): FaultPlan {
  let inForce: readonly Counted[] = [];
  return {
    set(faults) {
      const read = readFaults(faults);
      for (const [index, fault] of read.entries()) refuseUnknown(services, fault, index);
      inForce = read.map((fault) => ({ fault, calls: 0, hits: 0 }));
    },
    clear() {
      inForce = [];
    },
    list: () => inForce.map(({ fault, hits }) => ({ ...fault, hits })),
    next(service, operation) {
      const matching = inForce.filter(({ fault }) => matches(fault, service, operation));
      for (const counted of matching) counted.calls += 1;
      const due = matching.find(isDue);
      if (due !== undefined) due.hits += 1;
      return due?.fault;
    },
  };
}

const isDue = ({ fault, calls, hits }: Counted) =>
  calls > fault.after && hits < (fault.count ?? Number.POSITIVE_INFINITY);

const matches = (fault: Fault, service: string, operation: string) =>
  (fault.service === '*' || fault.service === service) &&
  (fault.operation === '*' || fault.operation === operation);

function refuseUnknown(services: readonly Service[], fault: Fault, index: number): void {
  const { service, operation } = fault;
  const found = services.find(({ name }) => name === service);
  const member = (name: string) => `faults[${index}].${name} of ${service}:${operation}`;
  if (found === undefined && service !== '*') {
    const known = services.map(({ name }) => name).join(', ');
    throw new FaultsError(`${member('service')}: must be ${known} or *`);
  }
  if (operation === '*') return;
  if (found === undefined) {
    throw new FaultsError(`${member('operation')}: must be * where the service is *`);
  }
  if (!Object.hasOwn(found.operations, operation)) {
    throw new FaultsError(`${member('operation')}: the local stack has no such operation`);
  }
}
