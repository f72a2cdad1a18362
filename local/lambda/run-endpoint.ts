/** `POST /_local/reconcile` and the like: runs a scheduled function now, and answers with what it returned. */
import { type ControlEndpoint, ControlError } from '../aws/control/control-endpoint.ts';
import { FunctionError } from './environment.ts';

/** @param run runs it, or waits for the run that is under way */
export const runEndpoint = (
  path: string,
  name: string,
  run: () => Promise<unknown>,
): ControlEndpoint => ({
  path,
  methods: {
    POST: async () => {
      try {
        return ((await run()) ?? {}) as object;
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error;
        throw new ControlError(`the ${name} failed: ${error.errorType}: ${error.message}`, 500);
      }
    },
  },
});
