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
      (attempt) => (harness) => attempt(first(harness), first(harness), harness),
    ),
  ),
  ...claims('allowed', ['deployed'], {
    'its own session: ReEncrypt under the same key': (harness) =>
      reEncrypt(first(harness), first(harness), first(harness)),
  }),
  ...claims('denied', oneLock, {
    ...mapAttempts(
      'its own session may only use the key',
      administration,
      (attempt) => (harness) => attempt(first(harness), first(harness), harness),
    ),
    'its own session may only use the key: CreateGrant': (harness) =>
      grant(first(harness), first(harness), harness),
  }),
  ...claims('denied', ['deployed', 'role-open', 'key-open'], {
    'its own session without TenantId in the context': (harness) =>
      first(harness).kms.encrypt({ KeyId: first(harness).keyArn, Plaintext: bytes }),
    "its own session with another tenant's id in the context": (harness) =>
      first(harness).kms.encrypt({
        KeyId: first(harness).keyArn,
        Plaintext: bytes,
        EncryptionContext: context((harness.tenants[1] as Tenant).tenantId),
      }),
  }),
  ...claims('denied', ['deployed', 'role-open'], {
    'its own session with another spelling of TenantId in the context': (harness) =>
      first(harness).kms.encrypt({
        KeyId: first(harness).keyArn,
        Plaintext: bytes,
        EncryptionContext: { tenantid: first(harness).tenantId },
      }),
  }),
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    'its own session on a key without an owner': (harness) =>
      first(harness).kms.encrypt({
        KeyId: harness.foreignKeyArn,
        Plaintext: bytes,
        EncryptionContext: context(first(harness).tenantId),
      }),
  }),
  ...claims('denied', ['deployed'], {
    "its own session on the product's key": (harness) =>
      first(harness).kms.encrypt({
        KeyId: harness.productKeyArn,
        Plaintext: bytes,
        EncryptionContext: context(first(harness).tenantId),
      }),
    "its own session on the product's key, as the table does": (harness) =>
      first(harness).kms.generateDataKey({ KeyId: harness.productKeyArn, KeySpec: 'AES_256' }),
  }),
];
