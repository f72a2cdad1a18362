import {
  administration,
  claims,
  context,
  cryptography,
  deletion,
  forAllPairs,
  grant,
  mapAttempts,
  oneLock,
} from './attempts.ts';
import type { Tenant } from './case.ts';

const cryptographic = claims('denied', [...oneLock, 'role-open-key-undenied'], {
  ...mapAttempts("a neighbour's session on a tenant's key", cryptography, forAllPairs),
});

const others = claims('denied', oneLock, {
  ...mapAttempts("a neighbour's session on a tenant's key", administration, forAllPairs),
  "a neighbour's session on a tenant's key: CreateGrant": forAllPairs(grant),
  "a neighbour's session on a tenant's key: ScheduleKeyDeletion": forAllPairs(deletion),
  "ReEncrypt from a tenant's key to the neighbour's own": forAllPairs((who, key, world) => {
    const own = world.tenants.find((tenant) => tenant.kms === who.kms) as Tenant;
    return who.kms.reEncrypt({
      CiphertextBlob: key.ciphertext,
      SourceEncryptionContext: context(key.tenantId),
      DestinationKeyId: own.keyArn,
      DestinationEncryptionContext: context(own.tenantId),
    });
  }),
  "ReEncrypt from the neighbour's own key to a tenant's": forAllPairs((who, key, world) => {
    const own = world.tenants.find((tenant) => tenant.kms === who.kms) as Tenant;
    return who.kms.reEncrypt({
      CiphertextBlob: own.ciphertext,
      SourceEncryptionContext: context(own.tenantId),
      DestinationKeyId: key.keyArn,
      DestinationEncryptionContext: context(key.tenantId),
    });
  }),
});

export const neighbour = [...cryptographic, ...others];
