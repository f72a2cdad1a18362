/** For the dashboard, what was observed of all tenants' keys: how many are in which state, and the next rotations. */
import { log } from '../observability/log.ts';
import { counting } from '../observability/metrics.ts';
import type { KeyObservation } from './observe-key.ts';
import type { ObservedTenant } from './reconcile-tenant.ts';

export interface NextRotation {
  readonly tenantId: string;
  /** RFC 3339 */
  readonly date: string;
}

export interface KeyInventory {
  add(tenant: ObservedTenant): void;
  /** by KMS's key state, or by what was observed instead of one */
  readonly states: Readonly<Record<string, number>>;
  /** the soonest first */
  readonly nextRotations: readonly NextRotation[];
}

const shownRotations = 20;

export function openKeyInventory(): KeyInventory {
  const states: Record<string, number> = {};
  const rotations: NextRotation[] = [];
  return {
    states,
    get nextRotations() {
      return rotations.toSorted((a, b) => (a.date < b.date ? -1 : 1)).slice(0, shownRotations);
    },
    add({ row: { tenantId }, key }) {
      if (key === undefined) return;
      const state = stateOf(key);
      states[state] = (states[state] ?? 0) + 1;
      const date = typeof key === 'string' ? undefined : key.nextRotationDate;
      if (date !== undefined && tenantId !== undefined) rotations.push({ tenantId, date });
    },
  };
}

const stateOf = (key: KeyObservation): string => (typeof key === 'string' ? key : key.state);

/** One line for each state, since a line of the embedded metric format has one value of a dimension. */
export function logKeyInventory({
  states,
  nextRotations,
}: Pick<KeyInventory, 'states' | 'nextRotations'>): void {
  for (const [state, Keys] of Object.entries(states)) {
    log('INFO', { message: 'keys', state, Keys, ...counting(['Keys'], ['state']) });
  }
  log('INFO', { message: 'next rotations', rotations: nextRotations });
}
