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
      (attempt) => (world) => attempt(world.operator, first(world), world),
    ),
  ),
  ...claims(
    'denied',
    [...keyLock, 'role-open-key-undenied'],
    mapAttempts(
      "an administrator with the tenant's tag",
      cryptography,
      (attempt) => (world) => attempt(world.impostor, first(world), world),
    ),
  ),
  ...claims('denied', keyLock, {
    'an administrator with kms:*: CreateGrant': (world) =>
      grant(world.operator, first(world), world),
    'an administrator with kms:*: ReEncrypt to a key of its own': (world) =>
      world.operator.kms.reEncrypt({
        CiphertextBlob: first(world).ciphertext,
        SourceEncryptionContext: context(first(world).tenantId),
        DestinationKeyId: world.foreignKeyArn,
      }),
    'an administrator assumes the tenant role': (world) =>
      assume(world.operator, world, { tenantId: first(world).tenantId }),
  }),
  ...claims(
    'allowed',
    ['deployed'],
    mapAttempts(
      'an administrator administers',
      administration,
      (attempt) => (world) => attempt(world.operator, first(world), world),
    ),
  ),
];
