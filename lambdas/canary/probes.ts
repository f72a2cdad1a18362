/** Everything that the canary tries. */
import { adminProbes } from './admin-probes.ts';
import { keyProbes } from './key-probes.ts';
import type { Probe } from './probe.ts';
import { sessionProbes } from './session-probes.ts';
import { tableProbes } from './table-probes.ts';

export const probes: readonly Probe[] = [
  ...sessionProbes,
  ...keyProbes,
  ...adminProbes,
  ...tableProbes,
];
