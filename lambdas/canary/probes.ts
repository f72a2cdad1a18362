/** Everything that the canary tries. */
import { administrationPaths } from './administration-paths.ts';
import { keyPaths } from './key-paths.ts';
import type { Path } from './path.ts';
import { rowPaths } from './row-paths.ts';
import { sessionPaths } from './session-paths.ts';

export const paths: readonly Path[] = [
  ...sessionPaths,
  ...keyPaths,
  ...administrationPaths,
  ...rowPaths,
];
