/**
 * The states of a tenant: PROVISIONING -> ACTIVE <-> SUSPENDED -> OFFBOARDING -> ERASED. Invariant: only
 * ACTIVE lets a key be used; a status that is not listed here is refused where a row is read.
 */
import {
  keyNotReady,
  type Problem,
  tenantErased,
  tenantNotFound,
  tenantOffboarding,
  tenantProvisioning,
  tenantSuspended,
} from '../../../contract/problem.ts';
import type { TenantStatus } from '../../../contract/tenants.ts';

/** @returns why a key of such a tenant may not be used, undefined where it may */
export function refusalOfUse(status: TenantStatus): Problem | undefined {
  switch (status) {
    case 'ACTIVE':
      return undefined;
    case 'PROVISIONING':
      return keyNotReady(2);
    case 'SUSPENDED':
      return tenantSuspended();
    case 'OFFBOARDING':
      return tenantOffboarding();
    case 'ERASED':
      // To its own users an erased tenant is one that never was.
      return tenantNotFound();
  }
}

/** @returns why such a tenant cannot be onboarded, undefined where it can or already is */
export function refusalOfOnboarding(status: TenantStatus): Problem | undefined {
  switch (status) {
    case 'PROVISIONING':
    case 'ACTIVE':
      return undefined;
    case 'SUSPENDED':
      return tenantSuspended();
    case 'OFFBOARDING':
      return tenantOffboarding();
    case 'ERASED':
      return tenantErased();
  }
}

/** @returns why a step, or a change of the key, cannot begin in this status, and what to do about it */
export function refusalOfStep(status: TenantStatus): Problem {
  switch (status) {
    case 'PROVISIONING':
      return tenantProvisioning();
    case 'ACTIVE':
      throw new Error('every step can begin, or has ended, where a tenant is ACTIVE');
    case 'SUSPENDED':
      return tenantSuspended('The tenant is suspended; resume it first.');
    case 'OFFBOARDING':
      return tenantOffboarding('The tenant is being offboarded; restore it first.');
    case 'ERASED':
      return tenantErased();
  }
}
