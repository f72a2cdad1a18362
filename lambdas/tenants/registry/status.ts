/**
 * Everything that depends on a tenant's status, and the transitions between statuses:
 * PROVISIONING -> ACTIVE <-> SUSPENDED -> OFFBOARDING -> ERASED. Invariant: what a status permits, it permits by
 * the word `allowed`; a new status does not compile before it has decided everything below, and a status that
 * is not listed is refused where a row is read.
 */

import * as z from 'zod/mini';
import {
  keyMissing,
  keyNotReady,
  type Problem,
  tenantErased,
  tenantNotFound,
  tenantOffboarding,
  tenantProvisioning,
  tenantSuspended,
} from '../../../contract/problem.ts';
import type { TenantStatus } from '../../../contract/tenant-status.ts';

/** A transition in which the key store has a part, as the row's intent names it. */
export const intent = z.enum(['suspend', 'resume', 'offboard', 'restore']);
export type Intent = z.output<typeof intent>;

export const allowed = 'allowed';
type Refusal = () => Problem;
export type Permission = typeof allowed | Refusal;

/** What the reconciler does about the state of a key: nothing, a finding, or this transition again. */
export type DriftAction = 'none' | 'report' | Extract<Intent, 'suspend' | 'offboard'>;

interface KeyState {
  readonly expected: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** @param state as KMS names it */
  drift(state: string): DriftAction;
}

export interface StatusRules {
  /** encryption and decryption with the tenant's key */
  readonly use: Permission;
  /** what a PUT finds: something left to do, nothing, whatever became of the tenant since, or a refusal */
  readonly onboarding: 'unfinished' | 'done' | Refusal;
  /** the transitions that may begin */
  readonly begins: readonly Intent[];
  /** why no other transition may begin, and what to do about it */
  readonly otherTransition: Refusal;
  /** a change of its names, in which the key store has no part */
  readonly nameChange: Permission;
  /** a change of the rotation period, and a rotation on demand */
  readonly keyChange: Permission;
  readonly rotationHistory: Permission;
  /** whether a row of this status must name a key */
  readonly keyArn: 'required' | 'optional';
  /** what a caller hears where the key store says that there is no such key */
  readonly missingKey: Refusal;
  /** `done`: the end of a tenant; neither row nor key is changed any more */
  readonly keyDeletion: 'not planned' | 'planned' | 'done';
  /** what the reconciler compares the key's state with */
  readonly keyState: KeyState | 'not compared';
  /** whether the reconciler keeps the tenant's alias on its key; KMS takes none for a key that is pending deletion */
  readonly alias: 'kept' | 'given up';
  /** whether the tenant may have decrypted in an hour that is to be judged */
  readonly decryptAnomalies: 'judged' | 'ignored';
}

const resumeFirst = () => tenantSuspended('The tenant is suspended; resume it first.');
const restoreFirst = () => tenantOffboarding('The tenant is being offboarded; restore it first.');

export const statusRules: Readonly<Record<TenantStatus, StatusRules>> = {
  PROVISIONING: {
    use: () => keyNotReady(2),
    onboarding: 'unfinished',
    begins: [],
    otherTransition: tenantProvisioning,
    // Its onboarding is at work on the row.
    nameChange: tenantProvisioning,
    keyChange: tenantProvisioning,
    rotationHistory: allowed,
    keyArn: 'optional',
    missingKey: keyMissing,
    keyDeletion: 'not planned',
    keyState: 'not compared',
    alias: 'kept',
    decryptAnomalies: 'ignored',
  },
  ACTIVE: {
    use: allowed,
    onboarding: 'done',
    begins: ['suspend', 'offboard'],
    otherTransition() {
      throw new Error('every transition can begin, or has ended, where a tenant is ACTIVE');
    },
    nameChange: allowed,
    keyChange: allowed,
    rotationHistory: allowed,
    keyArn: 'required',
    missingKey: keyMissing,
    keyDeletion: 'not planned',
    keyState: {
      expected: 'Enabled',
      // Only somebody who knows why the key was disabled can decide that it may be used again.
      drift: (state) => (state === 'Enabled' ? 'none' : 'report'),
    },
    alias: 'kept',
    decryptAnomalies: 'judged',
  },
  SUSPENDED: {
    use: tenantSuspended,
    onboarding: 'done',
    begins: ['resume', 'offboard'],
    otherTransition: resumeFirst,
    nameChange: allowed,
    keyChange: resumeFirst,
    rotationHistory: allowed,
    keyArn: 'required',
    missingKey: keyMissing,
    keyDeletion: 'not planned',
    keyState: {
      expected: 'Disabled',
      drift(state) {
        if (state === 'Enabled') return 'suspend';
        return state === 'PendingDeletion' ? 'report' : 'none';
      },
    },
    alias: 'kept',
    // It may have decrypted before it was suspended.
    decryptAnomalies: 'judged',
  },
  OFFBOARDING: {
    use: tenantOffboarding,
    onboarding: 'done',
    begins: ['restore'],
    otherTransition: restoreFirst,
    nameChange: allowed,
    keyChange: restoreFirst,
    rotationHistory: allowed,
    keyArn: 'required',
    missingKey: tenantErased,
    keyDeletion: 'planned',
    keyState: {
      expected: 'PendingDeletion',
      drift: (state) => (state === 'PendingDeletion' ? 'none' : 'offboard'),
    },
    alias: 'given up',
    // It may have decrypted before it was offboarded.
    decryptAnomalies: 'judged',
  },
  ERASED: {
    // To its own users an erased tenant is one that never was.
    use: tenantNotFound,
    onboarding: tenantErased,
    begins: [],
    otherTransition: tenantErased,
    // Certificates have the names as at the erasure.
    nameChange: tenantErased,
    keyChange: tenantErased,
    rotationHistory: tenantErased,
    keyArn: 'required',
    missingKey: tenantErased,
    keyDeletion: 'done',
    keyState: 'not compared',
    alias: 'given up',
    decryptAnomalies: 'ignored',
  },
};

/** @throws Problem where the permission is a refusal */
export function requireAllowed(permission: Permission): void {
  if (permission !== allowed) throw permission();
}
