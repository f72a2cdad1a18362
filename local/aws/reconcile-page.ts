/** `POST /_local/reconcile`: runs the reconciler now, and answers with the summary of its run. */
import { FunctionError } from '../lambda/environment.ts';
import { type LocalPage, PageError } from './local-page.ts';

/** @param run runs it, or takes part in the run that is under way */
export const reconcilePage = (run: () => Promise<unknown>): LocalPage => ({
  path: '/_local/reconcile',
  methods: {
    POST: async () => {
      try {
        return ((await run()) ?? {}) as object;
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error;
        throw new PageError(`the reconciler failed: ${error.errorType}: ${error.message}`, 500);
      }
    },
  },
});
