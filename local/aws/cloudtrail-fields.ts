/**
 * What CloudTrail tells of each operation. Invariant: nothing of a request or an answer is told that is not listed
 * here, so no plaintext, ciphertext, message, signature, key or grant token is. Sources: "Examples of AWS KMS log
 * entries", developer guide; the key ARN in answers that have none: there, "on or after December 2022".
 */
import { parseCiphertext } from '../kms/ciphertext.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Told {
  /** true of cryptography as well: it changes nothing */
  readonly readOnly: boolean;
  /** members of the input */
  readonly request: readonly string[];
  /** values of members that are told even where the request leaves them out */
  readonly defaults?: Members;
  /** members of the answer; `key`: the ARN of the key instead, which the answer does not have; absent: nothing */
  readonly response?: readonly string[] | 'key';
  /** which key material was used, for `additionalEventData` */
  readonly material?: (answer: Members) => Members;
}

const read = (...request: string[]): Told => ({ readOnly: true, request });
const change = (request: readonly string[], response?: Told['response']): Told => ({
  readOnly: false,
  request,
  ...(response === undefined ? {} : { response }),
});

const named = ({ KeyMaterialId }: Members): Members => ({ keyMaterialId: KeyMaterialId });
const dataKey: Told = {
  ...read('KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext', 'DryRun'),
  material: named,
};
const encryptionAlgorithm = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
const signing: Told = {
  ...read('KeyId', 'MessageType', 'SigningAlgorithm', 'DryRun'),
  defaults: { MessageType: 'RAW' },
};
const page = ['Limit', 'Marker'];

export const told: Readonly<Record<string, Told>> = {
  Encrypt: {
    ...read('KeyId', 'EncryptionContext', 'EncryptionAlgorithm', 'DryRun'),
    defaults: encryptionAlgorithm,
    // The answer does not name the material, its ciphertext does.
    material: ({ CiphertextBlob }) => ({
      keyMaterialId: parseCiphertext(Buffer.from(String(CiphertextBlob), 'base64')).materialId,
    }),
  },
  Decrypt: {
    ...read('KeyId', 'EncryptionContext', 'EncryptionAlgorithm', 'DryRun'),
    defaults: encryptionAlgorithm,
    material: named,
  },
  ReEncrypt: {
    ...read(
      'SourceKeyId',
      'SourceEncryptionContext',
      'SourceEncryptionAlgorithm',
      'DestinationKeyId',
      'DestinationEncryptionContext',
      'DestinationEncryptionAlgorithm',
      'DryRun',
    ),
    defaults: {
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    material: ({ SourceKeyMaterialId, DestinationKeyMaterialId }) => ({
      sourceKeyMaterialId: SourceKeyMaterialId,
      destinationKeyMaterialId: DestinationKeyMaterialId,
    }),
  },
  GenerateDataKey: dataKey,
  GenerateDataKeyWithoutPlaintext: dataKey,
  Sign: signing,
  Verify: signing,
  GetPublicKey: read('KeyId'),
  DescribeKey: read('KeyId'),
  GetKeyPolicy: read('KeyId', 'PolicyName'),
  GetKeyRotationStatus: read('KeyId'),
  GetKeyLastUsage: read('KeyId'),
  ListKeys: read(...page),
  ListAliases: read('KeyId', ...page),
  ListKeyPolicies: read('KeyId', ...page),
  ListKeyRotations: read('KeyId', 'IncludeKeyMaterial', ...page),
  ListResourceTags: read('KeyId', ...page),
  CreateKey: change(
    [
      'Policy',
      'Description',
      'KeyUsage',
      'CustomerMasterKeySpec',
      'KeySpec',
      'Origin',
      'BypassPolicyLockoutSafetyCheck',
      'Tags',
      'MultiRegion',
    ],
    ['KeyMetadata'],
  ),
  PutKeyPolicy: change(['KeyId', 'PolicyName', 'Policy', 'BypassPolicyLockoutSafetyCheck']),
  CreateAlias: change(['AliasName', 'TargetKeyId'], 'key'),
  UpdateAlias: change(['AliasName', 'TargetKeyId'], 'key'),
  DeleteAlias: change(['AliasName'], 'key'),
  TagResource: change(['KeyId', 'Tags']),
  UntagResource: change(['KeyId', 'TagKeys'], 'key'),
  EnableKeyRotation: change(['KeyId', 'RotationPeriodInDays'], 'key'),
  DisableKeyRotation: change(['KeyId']),
  RotateKeyOnDemand: change(['KeyId'], ['KeyId']),
  EnableKey: change(['KeyId'], 'key'),
  DisableKey: change(['KeyId'], 'key'),
  ScheduleKeyDeletion: change(
    ['KeyId', 'PendingWindowInDays'],
    ['KeyId', 'KeyState', 'DeletionDate'],
  ),
  CancelKeyDeletion: change(['KeyId'], ['KeyId']),
  CreateGrant: change(['KeyId', 'GranteePrincipal', 'RetiringPrincipal', 'Operations', 'Name']),
};
