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
import type { Case, Harness } from './case.ts';

/** A key of its own for each attempt: a success ends the key. The control plane makes it, as an onboarding does. */
const freshKey = async ({ controlPlane, keyPolicyOf }: Harness) => {
  const { KeyMetadata } = await controlPlane.kms.createKey({
    Tags: [
      { TagKey: 'TenantId', TagValue: 'mallory' },
      { TagKey: 'ManagedBy', TagValue: 'tenant-keys' },
    ],
    Policy: keyPolicyOf('mallory'),
  });
  return KeyMetadata?.Arn as string;
};

const deletes =
  (PendingWindowInDays?: number): Case['attempt'] =>
  async (harness) =>
    harness.operator.kms.scheduleKeyDeletion({
      KeyId: await freshKey(harness),
      PendingWindowInDays,
    });

const deletions: Case[] = [
  ...claims('denied', keyLock, {
    'an administrator schedules a deletion in 7 days': deletes(7),
    'an administrator schedules a deletion a day sooner than configured': deletes(29),
  }),
  ...claims('allowed', ['deployed'], {
    'an administrator schedules a deletion as late as configured': deletes(30),
    'an administrator schedules a deletion without a window': deletes(),
    // What is left: the alarm key-change counts both calls.
    'an administrator changes the key policy first, and then deletes in 7 days': async (
      harness,
    ) => {
      const KeyId = await freshKey(harness);
      const { Statement, ...policy } = JSON.parse(harness.keyPolicyOf('mallory'));
      const late = Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'NobodyDeletesHastily');
      const Policy = JSON.stringify({ ...policy, Statement: late });
      await harness.operator.kms.putKeyPolicy({ KeyId, Policy });
      return harness.operator.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    },
  }),
];

export const administrator: Case[] = [
  ...deletions,
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
