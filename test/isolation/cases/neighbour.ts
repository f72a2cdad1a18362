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
import type { Clients, Tenant, World } from './case.ts';

const ownOf = ({ kms }: Clients, { tenants }: World) =>
  tenants.find((tenant) => tenant.kms === kms) as Tenant;

const cryptographic = claims('denied', [...oneLock, 'role-open-key-undenied'], {
  ...mapAttempts("a neighbour's session on a tenant's key", cryptography, forAllPairs),
});

const others = claims('denied', oneLock, {
  ...mapAttempts("a neighbour's session on a tenant's key", administration, forAllPairs),
  "a neighbour's session on a tenant's key: CreateGrant": forAllPairs(grant),
  "a neighbour's session on a tenant's key: ScheduleKeyDeletion": forAllPairs(deletion),
  "ReEncrypt from a tenant's key to the neighbour's own": forAllPairs((who, key, world) =>
    reEncrypt(who, key, ownOf(who, world)),
  ),
  "ReEncrypt from the neighbour's own key to a tenant's": forAllPairs((who, key, world) =>
    reEncrypt(who, ownOf(who, world), key),
  ),
});

export const neighbour = [...cryptographic, ...others];
