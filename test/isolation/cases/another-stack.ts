/**
 * Another stack of the account has a tenant of the same id. Its key has that tenant's tag, and its policy lets the sessions of
 * this stack in too, as in these situations: what stops them is IAM alone, by the tag that says whose key it is.
 */
import {
  anyAllowed,
  claims,
  cryptography,
  first,
  type KeyAttempt,
  mapAttempts,
  reEncrypt,
} from './attempts.ts';
import type { Case, Harness, Tenant } from './case.ts';

const TagKey = 'ManagedBy';
/** Of a stack of another name and of its canary, of one whose name is `canary`, of this one in capitals, of nobody. */
const others = [
  'tenant-keys-Staging',
  'tenant-keys-Staging/canary',
  'tenant-keys-canary',
  'TENANT-KEYS',
  undefined,
];

/** @returns a key of the first tenant's id, still this stack's, and a ciphertext of it */
async function makeKey(harness: Harness): Promise<Tenant> {
  const { tenantId, kms } = first(harness);
  const { KeyMetadata } = await harness.operator.kms.createKey({
    Policy: harness.keyPolicyOf(tenantId),
    Tags: [
      { TagKey: 'TenantId', TagValue: tenantId },
      { TagKey, TagValue: 'tenant-keys' },
    ],
  });
  const keyArn = KeyMetadata?.Arn as string;
  const { CiphertextBlob } = await kms.encrypt({
    KeyId: keyArn,
    Plaintext: Buffer.from('x'),
    EncryptionContext: { TenantId: tenantId },
  });
  return { ...first(harness), tenantId, keyArn, ciphertext: CiphertextBlob as Uint8Array };
}

/** Tries the key as each of the others'. */
const asOthers =
  (attempt: KeyAttempt): Case['attempt'] =>
  async (harness) => {
    const key = await makeKey(harness);
    const { kms } = harness.operator;
    const KeyId = key.keyArn;
    return anyAllowed(
      others.map((TagValue) => async () => {
        await (TagValue === undefined
          ? kms.untagResource({ KeyId, TagKeys: [TagKey] })
          : kms.tagResource({ KeyId, Tags: [{ TagKey, TagValue }] }));
        return attempt(first(harness), key, harness);
      }),
    );
  };

export const anotherStack: readonly Case[] = claims(
  'denied',
  ['deployed', 'key-open', 'key-careless'],
  {
    ...mapAttempts(
      "a session on another stack's key of the same tenant id",
      cryptography,
      asOthers,
    ),
    "ReEncrypt from another stack's key to the session's own": asOthers((who, key, harness) =>
      reEncrypt(who, key, first(harness)),
    ),
    "ReEncrypt from the session's own key to another stack's": asOthers((who, key, harness) =>
      reEncrypt(who, first(harness), key),
    ),
  },
);
