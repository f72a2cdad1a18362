/** `/_local/faults`: reads, replaces and clears the faults. */
import { type FaultInput, FaultsError } from '../faults/fault.ts';
import type { Faults } from '../faults/fault-plan.ts';
import { type ControlEndpoint, ControlError } from './control-endpoint.ts';

export const faultsEndpoint = (faults: Faults): ControlEndpoint => ({
  path: '/_local/faults',
  methods: {
    GET: () => faults.list(),
    POST: (body) => {
      replace(faults, body);
      return faults.list();
    },
    DELETE: () => {
      faults.clear();
      return faults.list();
    },
  },
});

/** @throws ControlError that says what is wrong; the list that was in force then stays */
function replace(faults: Faults, body: unknown): void {
  try {
    faults.set(body as readonly FaultInput[]);
  } catch (error) {
    throw error instanceof FaultsError ? new ControlError(error.message) : error;
  }
}
