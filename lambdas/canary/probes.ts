/** Everything that the canary tries. */
import { administrationPaths } from './admin-probes.ts';
import { keyPaths } from './key-probes.ts';
import type { Path } from './probe.ts';
import { sessionPaths } from './session-probes.ts';
import { rowPaths } from './table-probes.ts';

export const paths: readonly Path[] = [
  ...sessionPaths,
  ...keyPaths,
  ...administrationPaths,
  ...rowPaths,
];
