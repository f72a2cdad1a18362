/** What an erasure does not reach, in words that an auditor can act on. */
import type { NotCovered } from '../../contract/certificates.ts';
import type { KeyStoreName } from '../../contract/key-stores.ts';
import { daysAfter } from './days.ts';

/** DynamoDB Developer Guide, "Point-in-time recovery": the stack leaves it at the longest. */
const recoveryDays = 35;

export interface Retention {
  readonly auditRetentionDays: number;
  readonly trail: unknown;
}

/**
 * @param keyStores in which the tenant ever had a key
 * @param erasedAt RFC 3339
 */
export const notCoveredBy = (
  keyStores: readonly KeyStoreName[],
  erasedAt: string,
  { auditRetentionDays, trail }: Retention,
): NotCovered[] => [
  { what: 'Plaintexts that were decrypted before, and whatever was made of them.' },
  { what: 'Data keys that clients were given in the clear, and all that these decrypt.' },
  ...ofEach(keyStores, ciphertextsOf),
  {
    what: "The registry's row of the tenant, which stays so that its id is not given again: names, ids and times, no key and no data.",
  },
  {
    what: 'Point-in-time backups of the registry, with earlier states of that row, which hold no key and no data either.',
    until: daysAfter(erasedAt, recoveryDays),
  },
  {
    what: `Hashes to search by that were given out before. Their keys ${keyStores.includes('aws-kms-external') ? 'are removed from the product' : 'were lost with the key'}; point-in-time backups still have these wrapped, with the names of their purposes.`,
    until: daysAfter(erasedAt, recoveryDays),
  },
  {
    what: "The tenant's audit events in the API: who used the key and when, with encryption contexts.",
    until: daysAfter(erasedAt, auditRetentionDays),
  },
  {
    what:
      trail === undefined
        ? "The files of the organization's trail, which has those events too. This stack has no trail of its own whose digests it could name."
        : "The trail's files and log group, which have those events too.",
  },
  ...ofEach(keyStores, keptBy),
];

/** Each said once, though it may be so of several stores. */
const ofEach = (
  keyStores: readonly KeyStoreName[],
  said: (keyStore: KeyStoreName) => readonly NotCovered[],
): NotCovered[] => [
  ...new Map(keyStores.flatMap(said).map((one) => [one.what, one] as const)).values(),
];

const ciphertextsOf = (keyStore: KeyStoreName): NotCovered[] => [
  {
    what:
      keyStore === 'aws-kms-external'
        ? "Ciphertexts, wherever they are: they stay, and the tenant's own key decrypts them for whom the tenant lets use it."
        : 'Ciphertexts, wherever they are: they stay, and the deleted key decrypts none of them.',
  },
];

const laterMaterials = {
  what: 'Key materials that a rotation added after the offboarding was asked for: they went with the key, and are not listed.',
};

function keptBy(keyStore: KeyStoreName): readonly NotCovered[] {
  if (keyStore === 'aws-kms-external') return keptByTenant;
  return [laterMaterials, ...(keptByStore[keyStore] ?? keptByKms)];
}

const keptByKms = [
  {
    what: 'That KMS keeps nothing of a deleted key: KMS says that there is no such key, and what stands behind that is for AWS to show.',
  },
];

const keptByStore: Readonly<Partial<Record<KeyStoreName, readonly NotCovered[]>>> = {
  vault: [
    {
      what: "Backups and snapshots of the key store's own storage, which have the key until they are deleted: that is for the store's operator to show.",
    },
    {
      what: 'What an administrator of the key store did with the key before: it is in the records of its audit device.',
    },
  ],
  'azure-key-vault': [
    {
      what: 'That the vault keeps nothing of a key that it has purged: it says that there is no such key, and what stands behind that is for Microsoft to show.',
    },
    {
      what: "Backups of the key that an administrator of the vault made before, who can restore them in the vault's own subscription: they are in its diagnostic logs as KeyBackup.",
    },
  ],
};

const keptByTenant: NotCovered[] = [
  {
    what: "The key itself, which is in the tenant's own AWS account and was not deleted by the product, which cannot: its owner decides what becomes of it.",
  },
  {
    what: "The role in that account by which the product used the key: its owner deletes it. Until then it is the product's word alone that it is not assumed any more; the owner's CloudTrail is the witness.",
  },
];
