/** KMS, as far as tenant-keys needs it: keys of some accounts in one region that encrypt or sign; no grants. */
import type { CloudTrailFields } from '../aws/cloudtrail-fields.ts';
import type { Service } from '../aws/operation.ts';
import type { KmsAccount } from './account.ts';
import type { KmsOperation } from './operation.ts';
import { cancelKeyDeletion } from './operations/cancel-key-deletion.ts';
import { createAlias } from './operations/create-alias.ts';
import { createGrant } from './operations/create-grant.ts';
import { createKey } from './operations/create-key.ts';
import { decrypt } from './operations/decrypt.ts';
import { deleteAlias } from './operations/delete-alias.ts';
import { describeKey } from './operations/describe-key.ts';
import { disableKey } from './operations/disable-key.ts';
import { disableKeyRotation } from './operations/disable-key-rotation.ts';
import { enableKey } from './operations/enable-key.ts';
import { enableKeyRotation } from './operations/enable-key-rotation.ts';
import { encrypt } from './operations/encrypt.ts';
import { generateDataKey } from './operations/generate-data-key.ts';
import { generateDataKeyWithoutPlaintext } from './operations/generate-data-key-without-plaintext.ts';
import { generateRandom } from './operations/generate-random.ts';
import { getKeyLastUsage } from './operations/get-key-last-usage.ts';
import { getKeyPolicy } from './operations/get-key-policy.ts';
import { getKeyRotationStatus } from './operations/get-key-rotation-status.ts';
import { getPublicKey } from './operations/get-public-key.ts';
import { listAliases } from './operations/list-aliases.ts';
import { listGrants } from './operations/list-grants.ts';
import { listKeyPolicies } from './operations/list-key-policies.ts';
import { listKeyRotations } from './operations/list-key-rotations.ts';
import { listKeys } from './operations/list-keys.ts';
import { listResourceTags } from './operations/list-resource-tags.ts';
import { putKeyPolicy } from './operations/put-key-policy.ts';
import { reEncrypt } from './operations/re-encrypt.ts';
import { rotateKeyOnDemand } from './operations/rotate-key-on-demand.ts';
import { scheduleKeyDeletion } from './operations/schedule-key-deletion.ts';
import { sign } from './operations/sign.ts';
import { tagResource } from './operations/tag-resource.ts';
import { untagResource } from './operations/untag-resource.ts';
import { updateAlias } from './operations/update-alias.ts';
import { updateKeyDescription } from './operations/update-key-description.ts';
import { verify } from './operations/verify.ts';
import { keyPolicyOf } from './policy.ts';

export const kmsOperations: readonly KmsOperation[] = [
  createKey,
  describeKey,
  listKeys,
  getKeyPolicy,
  putKeyPolicy,
  listKeyPolicies,
  createAlias,
  updateAlias,
  deleteAlias,
  listAliases,
  tagResource,
  untagResource,
  updateKeyDescription,
  listResourceTags,
  enableKeyRotation,
  disableKeyRotation,
  getKeyRotationStatus,
  rotateKeyOnDemand,
  listKeyRotations,
  encrypt,
  decrypt,
  reEncrypt,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  generateRandom,
  sign,
  verify,
  getPublicKey,
  enableKey,
  disableKey,
  scheduleKeyDeletion,
  cancelKeyDeletion,
  getKeyLastUsage,
  createGrant,
  listGrants,
];

/** What CloudTrail records of each operation, by its name. */
export const kmsCloudTrailFields: Readonly<Record<string, CloudTrailFields>> = Object.fromEntries(
  kmsOperations.map(({ name, cloudTrail }) => [name, cloudTrail]),
);

/** @throws AwsError where a store holds a key policy that the evaluator does not understand */
export function kms(...accounts: readonly KmsAccount[]): Service {
  for (const account of accounts) {
    for (const key of account.store.keys.values()) keyPolicyOf(account, key);
  }
  const byId = new Map(accounts.map((account) => [account.accountId, account]));
  const operations = kmsOperations.map(
    ({ name, forAccounts }) => [name, forAccounts(byId)] as const,
  );
  return { name: 'kms', operations: Object.fromEntries(operations) };
}
