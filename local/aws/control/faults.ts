/** `/_local/faults`: reads, replaces and clears the faults. */
import { type FaultInput, FaultsError } from '../faults/fault.ts';
import type { Faults } from '../faults/fault-plan.ts';
import { type LocalPage, PageError } from './control-endpoint.ts';

export const faultsPage = (faults: Faults): LocalPage => ({
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

/** @throws PageError that says what is wrong; the list that was in force then stays */
function replace(faults: Faults, body: unknown): void {
  try {
    faults.set(body as readonly FaultInput[]);
  } catch (error) {
    throw error instanceof FaultsError ? new PageError(error.message) : error;
  }
}
