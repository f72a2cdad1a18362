import {
  administration,
  bytes,
  claims,
  context,
  cryptography,
  first,
  grant,
  mapAttempts,
  oneLock,
  reEncrypt,
} from './attempts.ts';
import type { Case, Tenant } from './case.ts';

export const ownSession: Case[] = [
  ...claims(
    'allowed',
    ['deployed', 'role-open', 'key-open', 'key-careless'],
    mapAttempts(
      'its own session',
      cryptography,
      (attempt) => (world) => attempt(first(world), first(world), world),
    ),
  ),
  ...claims('allowed', ['deployed'], {
    'its own session: ReEncrypt under the same key': (world) =>
      reEncrypt(first(world), first(world), first(world)),
  }),
  ...claims('denied', oneLock, {
    ...mapAttempts(
      'its own session may only use the key',
      administration,
      (attempt) => (world) => attempt(first(world), first(world), world),
    ),
    'its own session may only use the key: CreateGrant': (world) =>
      grant(first(world), first(world), world),
  }),
  ...claims('denied', ['deployed', 'role-open', 'key-open'], {
    'its own session without TenantId in the context': (world) =>
      first(world).kms.encrypt({ KeyId: first(world).keyArn, Plaintext: bytes }),
    "its own session with another tenant's id in the context": (world) =>
      first(world).kms.encrypt({
        KeyId: first(world).keyArn,
        Plaintext: bytes,
        EncryptionContext: context((world.tenants[1] as Tenant).tenantId),
      }),
  }),
  ...claims('denied', ['deployed', 'role-open'], {
    'its own session with another spelling of TenantId in the context': (world) =>
      first(world).kms.encrypt({
        KeyId: first(world).keyArn,
        Plaintext: bytes,
        EncryptionContext: { tenantid: first(world).tenantId },
      }),
  }),
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    'its own session on a key without an owner': (world) =>
      first(world).kms.encrypt({
        KeyId: world.foreignKeyArn,
        Plaintext: bytes,
        EncryptionContext: context(first(world).tenantId),
      }),
  }),
  ...claims('denied', ['deployed'], {
    "its own session on the product's key": (world) =>
      first(world).kms.encrypt({
        KeyId: world.productKeyArn,
        Plaintext: bytes,
        EncryptionContext: context(first(world).tenantId),
      }),
    "its own session on the product's key, as the table does": (world) =>
      first(world).kms.generateDataKey({ KeyId: world.productKeyArn, KeySpec: 'AES_256' }),
  }),
];
