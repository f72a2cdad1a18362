/** Keyed hashes for the indexes of records. */
import { UsageError } from './errors.ts';
import type { MacSource } from './records/blind-index.ts';

export const noMacs: MacSource = {
  macs: () =>
    Promise.reject(new UsageError('The API makes no keyed hashes, so there are no indexes.')),
};
