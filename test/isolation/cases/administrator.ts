import {
  administration,
  assume,
  claims,
  context,
  cryptography,
  first,
  grant,
  keyLock,
  mapAttempts,
} from './attempts.ts';
import type { Case } from './case.ts';

export const administrator: Case[] = [
  ...claims(
    'denied',
    [...keyLock, 'role-open-key-undenied'],
    mapAttempts(
      'an administrator with kms:*',
      cryptography,
      (attempt) => (harness) => attempt(harness.operator, first(harness), harness),
    ),
  ),
  ...claims(
    'denied',
    [...keyLock, 'role-open-key-undenied'],
    mapAttempts(
      "an administrator with the tenant's tag",
      cryptography,
      (attempt) => (harness) => attempt(harness.impostor, first(harness), harness),
    ),
  ),
  ...claims('denied', keyLock, {
    'an administrator with kms:*: CreateGrant': (harness) =>
      grant(harness.operator, first(harness), harness),
    'an administrator with kms:*: ReEncrypt to a key of its own': (harness) =>
      harness.operator.kms.reEncrypt({
        CiphertextBlob: first(harness).ciphertext,
        SourceEncryptionContext: context(first(harness).tenantId),
        DestinationKeyId: harness.foreignKeyArn,
      }),
    'an administrator assumes the tenant role': (harness) =>
      assume(harness.operator, harness, { tenantId: first(harness).tenantId }),
  }),
  ...claims(
    'allowed',
    ['deployed'],
    mapAttempts(
      'an administrator administers',
      administration,
      (attempt) => (harness) => attempt(harness.operator, first(harness), harness),
    ),
  ),
];
