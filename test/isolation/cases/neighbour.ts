import {
  administration,
  claims,
  cryptography,
  deletion,
  forAllPairs,
  grant,
  mapAttempts,
  oneLock,
  reEncrypt,
} from './attempts.ts';
import type { Clients, Harness, Tenant } from './case.ts';

const ownOf = ({ kms }: Clients, { tenants }: Harness) =>
  tenants.find((tenant) => tenant.kms === kms) as Tenant;

const cryptographic = claims('denied', [...oneLock, 'role-open-key-undenied'], {
  ...mapAttempts("a neighbour's session on a tenant's key", cryptography, forAllPairs),
});

const others = claims('denied', oneLock, {
  ...mapAttempts("a neighbour's session on a tenant's key", administration, forAllPairs),
  "a neighbour's session on a tenant's key: CreateGrant": forAllPairs(grant),
  "a neighbour's session on a tenant's key: ScheduleKeyDeletion": forAllPairs(deletion),
  "ReEncrypt from a tenant's key to the neighbour's own": forAllPairs((who, key, harness) =>
    reEncrypt(who, key, ownOf(who, harness)),
  ),
  "ReEncrypt from the neighbour's own key to a tenant's": forAllPairs((who, key, harness) =>
    reEncrypt(who, ownOf(who, harness), key),
  ),
});

export const neighbour = [...cryptographic, ...others];
