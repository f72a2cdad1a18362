/**
 * Looks at a key that the product takes by itself, or for who reads a tenant: so many that they hide all other events.
 * Invariant: an event is routine only if it is a read by one of the product's own roles; whether KMS allowed it does
 * not matter (of an erased tenant's key there is nothing to describe).
 */
import type { KeyEvent } from '../../contract/audit.ts';

/** ARNs of roles; no role of a tenant's sessions is among them. */
export type RoutineRoles = Readonly<
  Record<'CONTROL_PLANE_ROLE_ARN' | 'RECONCILER_ROLE_ARN' | 'CERTIFICATES_ROLE_ARN', string>
>;

/** KMS's operations that read: no other of its names begins so (API reference, "Actions"). */
const reads = /^(?:Describe|Get|List)[A-Z]/;

export const withRoutine = (event: KeyEvent, roles: RoutineRoles): KeyEvent =>
  isRoutine(event, roles) ? { ...event, routine: true } : event;

const isRoutine = (
  { operation, principal }: KeyEvent,
  { CONTROL_PLANE_ROLE_ARN, RECONCILER_ROLE_ARN, CERTIFICATES_ROLE_ARN }: RoutineRoles,
): boolean =>
  reads.test(operation) &&
  [CONTROL_PLANE_ROLE_ARN, RECONCILER_ROLE_ARN, CERTIFICATES_ROLE_ARN].includes(principal);
