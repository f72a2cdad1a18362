/** Made of docs/openapi.json by `npm run openapi`. What is changed here is written over. */

/** A DNS label in lower case, 2-63 characters. */
export type TenantId = string;

/** `PROVISIONING -> ACTIVE <-> SUSPENDED -> OFFBOARDING -> ERASED`. */
export type TenantStatus =
  | 'PROVISIONING'
  | 'ACTIVE'
  | 'SUSPENDED'
  | 'OFFBOARDING'
  | 'ERASED';

/** A tenant. */
export interface Tenant {
  /** The tenant. */
  readonly tenantId: TenantId;
  /** For people to read. */
  readonly displayName?: string;
  /** As contracts and registers have it. Certificates of erasure have both names. */
  readonly legalName?: string;
  /** Where the tenant is in its life. */
  readonly status: TenantStatus;
  /** Where the tenant's key is. */
  readonly keyStore: KeyStoreName;
  /** ARN of the tenant's KMS key; absent as long as there is none, and where the key is not in KMS. */
  readonly keyArn?: string;
  /** Of a key that is not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** Days between two automatic rotations. */
  readonly rotationPeriodInDays: number;
  /** When the onboarding began. RFC 3339, UTC. */
  readonly createdAt: string;
  /** When the row was last changed. RFC 3339, UTC. */
  readonly updatedAt: string;
  /** Whether the stack's configuration declares the tenant. */
  readonly declared?: boolean;
  /** When the key is destroyed, or was. RFC 3339, UTC. */
  readonly deletionDate?: string;
  /** When the key store was first found to have no such key any more. RFC 3339, UTC. */
  readonly erasedAt?: string;
  /** The last rotation that was asked for through the API. */
  readonly onDemandRotation?: OnDemandRotation;
  /** Only while the key is moved to another store, until the key before is deleted. */
  readonly keyStoreChange?: KeyStoreChange;
  /** The key as its store has it at this moment; only where one tenant is read. */
  readonly key?: KeyDetails;
}

/** A tenant whose key will be destroyed. */
export interface OffboardedTenant {
  /** The tenant. */
  readonly tenantId: TenantId;
  /** For people to read. */
  readonly displayName?: string;
  /** As contracts and registers have it. Certificates of erasure have both names. */
  readonly legalName?: string;
  /** Where the tenant is in its life. */
  readonly status: TenantStatus;
  /** Where the tenant's key is. */
  readonly keyStore: KeyStoreName;
  /** ARN of the tenant's KMS key; absent as long as there is none, and where the key is not in KMS. */
  readonly keyArn?: string;
  /** Of a key that is not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** Days between two automatic rotations. */
  readonly rotationPeriodInDays: number;
  /** When the onboarding began. RFC 3339, UTC. */
  readonly createdAt: string;
  /** When the row was last changed. RFC 3339, UTC. */
  readonly updatedAt: string;
  /** Whether the stack's configuration declares the tenant. */
  readonly declared?: boolean;
  /** When the key is destroyed, or was. RFC 3339, UTC. */
  readonly deletionDate?: string;
  /** When the key store was first found to have no such key any more. RFC 3339, UTC. */
  readonly erasedAt?: string;
  /** The last rotation that was asked for through the API. */
  readonly onDemandRotation?: OnDemandRotation;
  /** Only while the key is moved to another store, until the key before is deleted. */
  readonly keyStoreChange?: KeyStoreChange;
  /** The key as its store has it at this moment; only where one tenant is read. */
  readonly key?: KeyDetails;
  /** The last use of the key that KMS knows of; absent for another store. */
  readonly keyLastUsed?: KeyUse;
}

/** A page of tenants. A page that is short, or empty, may still have a next one. */
export interface TenantList {
  /** In no order that means anything. */
  readonly tenants: readonly Tenant[];
  /** Where the list goes on. Absent at its end. */
  readonly nextCursor?: string;
}

/** A key as its store has it at this moment. */
export interface KeyDetails {
  /** By KMS's names of key states; `Missing` where the store has no such key. */
  readonly state: string;
  /** Whether the key store rotates the key by itself. */
  readonly rotationEnabled: boolean;
  /** Days between two automatic rotations. */
  readonly rotationPeriodInDays?: number;
  /** When the key store rotates the key next. RFC 3339, UTC. */
  readonly nextRotationDate?: string;
  /** Id of the key material that encrypts now. */
  readonly currentKeyMaterialId?: string;
  /** Only while KMS is at work on an on-demand rotation. RFC 3339, UTC. */
  readonly onDemandRotationStartedAt?: string;
  /** Of the 25 that KMS allows in a key's life; absent where the store has no limit. */
  readonly onDemandRotationsLeft?: number;
  /** Absent where the store knows of no use. */
  readonly lastUsed?: KeyUse;
  /** When the key is destroyed. RFC 3339, UTC. */
  readonly deletionDate?: string;
}

/** The last use of a key, as KMS records it. */
export interface KeyUse {
  /** KMS's name of the operation, such as `Decrypt`. */
  readonly operation: string;
  /** When. RFC 3339, UTC. */
  readonly at: string;
  /** Id of CloudTrail's event. */
  readonly cloudTrailEventId?: string;
}

/** An on-demand rotation that was asked for through the API. */
export interface OnDemandRotation {
  /** Current before; once another one is, the rotation is done. */
  readonly supersededKeyMaterialId: string;
  /** When the key store was asked, or was about to be. RFC 3339, UTC. */
  readonly requestedAt: string;
  /** `requested`: what became of it is to be found out. `accepted`: the key store rotates the key, or has done so. */
  readonly state: 'requested' | 'accepted';
}

/** What a tenant is onboarded with. */
export interface OnboardRequest {
  /** For people to read; 1-256 printable characters. */
  readonly displayName?: string;
  /** As contracts and registers have it; 1-256 printable characters. */
  readonly legalName?: string;
  /** Default: the stack's configuration. */
  readonly rotationPeriodInDays?: number;
  /** Where the key is to be. Default: KMS of the account of the API. */
  readonly keyStore?: KeyStoreName;
  /**
   * With `aws-kms-external`, and with no other: ARN of the key, which is there already in the tenant's own
   * account.
   */
  readonly keyArn?: string;
}

/** The names to change. What is not in it stays, and null takes a name away (RFC 7396). */
export interface TenantPatch {
  /** 1-256 printable characters, or null. */
  readonly displayName?: string | null;
  /** 1-256 printable characters, or null. */
  readonly legalName?: string | null;
}

/** An empty object. The body may also be missing. */
export type EmptyRequest = Readonly<Record<string, never>>;

/** The period of automatic rotations. */
export interface RotationRequest {
  /** Days between two automatic rotations. */
  readonly rotationPeriodInDays: number;
}

/** Which key material a rotation is to supersede. */
export interface RotateRequest {
  /**
   * The key material to be superseded, `key.currentKeyMaterialId` of the tenant. Where another is current by now
   * nothing is done, so that the request may come again however late.
   */
  readonly keyMaterialId?: string;
}

/** A key material, and the rotation that it came with. */
export interface Rotation {
  /**
   * Id of a key material: KMS's 64 hexadecimal digits, Vault's version such as `v1`, or Azure Key Vault's of 32
   * hexadecimal digits.
   */
  readonly keyMaterialId?: string;
  /** By KMS's names: `CURRENT`, `NON_CURRENT`, `PENDING_ROTATION`. */
  readonly state?: string;
  /** `AUTOMATIC` or `ON_DEMAND`; absent for the first key material. */
  readonly type?: string;
  /** When the key was rotated to it; absent for the first. RFC 3339, UTC. */
  readonly rotatedAt?: string;
}

/** A page of the key materials that a key has had. */
export interface RotationList {
  /** The key materials, the first one too. */
  readonly rotations: readonly Rotation[];
  /** Where the list goes on. Absent at its end. */
  readonly nextCursor?: string;
}

/** An on-demand rotation. KMS finishes it some time later, Vault at once. */
export interface RotationStarted {
  /** The tenant. */
  readonly tenantId: TenantId;
  /** ARN of the tenant's KMS key; absent where the key is not in KMS. */
  readonly keyArn?: string;
  /** Of a key that is not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** Of the 25 that KMS allows in a key's life; absent where the key store has no limit. */
  readonly rotationsLeft?: number;
  /** As the key store has it now: another than the superseded one once the rotation is done. */
  readonly currentKeyMaterialId: string;
  /** The key material that was current before. */
  readonly supersededKeyMaterialId: string;
}

/** Where the key of a tenant is to be. */
export interface KeyStoreChangeRequest {
  /** One of those that GET /key-stores lists. */
  readonly keyStore: KeyStoreName;
  /**
   * With `aws-kms-external`, and with no other: ARN of the key, which is there already in the tenant's own
   * account.
   */
  readonly keyArn?: string;
}

/** How far a change of the key store is. */
export interface KeyStoreChange {
  /** The store of the key before. */
  readonly from: KeyStoreName;
  /** The store of the key after. */
  readonly to: KeyStoreName;
  /**
   * `key-requested`: the new key is not there yet, and nothing else has changed. `both-readable`: both keys
   * decrypt. `previous-ending`: the key before decrypts nothing any more, and will be deleted.
   */
  readonly stage: 'key-requested' | 'both-readable' | 'previous-ending';
  /** When the change was asked for; only until the new key is there. RFC 3339, UTC. */
  readonly requestedAt?: string;
  /** From when on the new key encrypts. RFC 3339, UTC. */
  readonly since?: string;
  /** ARN of the key before, where it is in KMS. */
  readonly previousKeyArn?: string;
  /** Of a key before that is not in KMS, as its store and messages name it. */
  readonly previousKeyName?: string;
  /**
   * For how many purposes the keys of macs were under the key before when they were last counted; absent until
   * they are.
   */
  readonly macKeysLeft?: number;
  /** When that was. RFC 3339, UTC. */
  readonly macKeysCountedAt?: string;
  /** When the key before is destroyed. RFC 3339, UTC. */
  readonly deletionDate?: string;
}

/** What a tenant makes a key in its own account with, which this tenant's sessions alone can use. */
export interface ExternalAccountSetup {
  /** Whose key it is to be. */
  readonly tenantId: TenantId;
  /** The tenant's account. */
  readonly accountId: string;
  /** In which the key must be: that of the API. */
  readonly region: string;
  /** With which the role is assumed. It is no secret. */
  readonly externalId: string;
  /** Of the role to make: its name and its path are given. */
  readonly roleArn: string;
  /** The key's policy. */
  readonly keyPolicy: Readonly<Record<string, unknown>>;
  /** The role's trust policy. */
  readonly trustPolicy: Readonly<Record<string, unknown>>;
  /** What the role may do; only with the query `keyArn`, whose key it names. */
  readonly rolePolicy?: Readonly<Record<string, unknown>>;
  /** For CloudFormation in that account and region: key and role at once. */
  readonly template: Readonly<Record<string, unknown>>;
}

/**
 * `aws-kms`: KMS of the account of the API. `aws-kms-external`: KMS in the account of the tenant.
 * `azure-key-vault`: Azure Key Vault. `vault`: HashiCorp Vault or OpenBao.
 */
export type KeyStoreName =
  | 'aws-kms'
  | 'vault'
  | 'azure-key-vault'
  | 'aws-kms-external';

/** Where a tenant may have its key. */
export interface KeyStoreList {
  /** The first is the default. */
  readonly keyStores: readonly KeyStore[];
}

/** A key store that the stack is configured with. */
export interface KeyStore {
  /** Its name. */
  readonly keyStore: KeyStoreName;
  /** Its URL. */
  readonly address?: string;
  /** Of Vault Enterprise or OpenBao. */
  readonly namespace?: string;
  /** Path of the transit secrets engine that has the keys. */
  readonly transitMount?: string;
  /** AWS accounts in which tenants may have their keys. */
  readonly accounts?: readonly string[];
}

/** A key from before a change of the key store, which came to its end before the erasure. */
export interface FormerKey {
  /** Where the key was. */
  readonly keyStore: KeyStoreName;
  /** ARN of a key in KMS. */
  readonly keyArn?: string;
  /** Of a key that was not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** Of every key material that the key ever had. */
  readonly keyMaterialIds: readonly string[];
  /** The principal of the token with which its end was asked for. */
  readonly endedBy: string;
  /** When that was. RFC 3339, UTC. */
  readonly endedAt: string;
  /** How long the key was kept before it was destroyed. */
  readonly windowInDays: number;
  /** When the key was to be destroyed. RFC 3339, UTC. */
  readonly deletionDate?: string;
  /** When the key store was first found to have no such key any more. RFC 3339, UTC. */
  readonly erasedAt: string;
  /**
   * `false` where the key is in the tenant's own AWS account: it stays there, and only the product's use of it
   * ended, at `erasedAt` for good.
   */
  readonly keyDestroyed?: false;
  /** The last use of the key that KMS knew of; absent for another store. */
  readonly keyLastUsed?: KeyUse;
  /** Of the call of ScheduleKeyDeletion; `requestID` in CloudTrail. */
  readonly kmsRequestId?: string;
}

/** What was destroyed, by whom and when. The same whenever it is asked for, but for the time of issue. */
export interface Certificate {
  /** The kind of certificate, and its version. */
  readonly type: 'tenant-keys/erasure-certificate/v2';
  /** The tenant. */
  readonly tenantId: TenantId;
  /** As at the erasure. */
  readonly displayName?: string;
  /** As at the erasure. */
  readonly legalName?: string;
  /** Where the key was; absent where it was in KMS of this account. */
  readonly keyStore?: KeyStoreName;
  /** ARN of the tenant's KMS key; absent where the key is not in KMS. */
  readonly keyArn?: string;
  /** Of a key that is not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** Of every key material that the key ever had. */
  readonly keyMaterialIds: readonly string[];
  /** The keys that the tenant had before, each with its own end; absent where the key store was never changed. */
  readonly formerKeys?: readonly FormerKey[];
  /** When the tenant was onboarded. RFC 3339, UTC. */
  readonly createdAt: string;
  /** The principal of the token with which the tenant was offboarded. */
  readonly offboardedBy: string;
  /** When that was. RFC 3339, UTC. */
  readonly offboardedAt: string;
  /** How long the key was kept before it was destroyed. */
  readonly windowInDays: number;
  /** When the key was to be destroyed. RFC 3339, UTC. */
  readonly deletionDate?: string;
  /** When the key store was first found to have no such key any more. RFC 3339, UTC. */
  readonly erasedAt: string;
  /**
   * `false` where the key is in the tenant's own AWS account: it stays there, and only the product's use of it
   * ended, at `erasedAt` for good.
   */
  readonly keyDestroyed?: false;
  /** The last use of the key that KMS knew of; absent for another store. */
  readonly keyLastUsed?: KeyUse;
  /** Of the call of ScheduleKeyDeletion; `requestID` in CloudTrail. */
  readonly kmsRequestId?: string;
  /** When the certificate was issued. RFC 3339, UTC. */
  readonly issuedAt: string;
  /** The stack: its account, its region and its name. */
  readonly issuedFor: {
    readonly accountId: string;
    readonly region: string;
    readonly stackName: string;
  };
  /** CloudTrail's own signed record; absent where the stack has no trail of its own. */
  readonly trail?: TrailDigests;
  /** What the erasure does not reach. */
  readonly notCovered: readonly NotCovered[];
  /** The keys that sign, so that none of the signatures can be left out. */
  readonly signingKeys: readonly {
    readonly signingAlgorithm: 'ECDSA_SHA_256' | 'ML_DSA_SHAKE_256';
    readonly keyArn: string;
  }[];
}

/** Where CloudTrail's digest files of the erasure are. */
export interface TrailDigests {
  /** ARN of the trail. */
  readonly trailArn: string;
  /** What the URLs of the digest files begin with. */
  readonly digests: string;
  /** The first moment of the record. RFC 3339, UTC. */
  readonly from: string;
  /** The last moment, by which all of it is delivered. RFC 3339, UTC. */
  readonly to: string;
  /** The command of the AWS CLI that checks it. */
  readonly validate: string;
}

/** Something that the erasure does not reach. */
export interface NotCovered {
  /** In words. */
  readonly what: string;
  /** When it ends by itself. Absent where it does not, or nobody knows. RFC 3339, UTC. */
  readonly until?: string;
}

/** A certificate of erasure. */
export interface SignedCertificate {
  /** What is signed: the SHA-512 of its bytes by RFC 8785 (JSON Canonicalization Scheme) stands in the statement. */
  readonly certificate: Certificate;
  /** One by each signing key, all of the same statement. */
  readonly signatures: readonly CertificateSignature[];
}

/** A signature of the statement. */
export interface CertificateSignature {
  /** KMS's name of the algorithm. */
  readonly signingAlgorithm: 'ECDSA_SHA_256' | 'ML_DSA_SHAKE_256';
  /** ARN of the key that signs. */
  readonly keyArn: string;
  /** ECDSA in DER, ML-DSA as FIPS 204 has it. Base64 (RFC 4648 section 4, padded, strict). */
  readonly signature: string;
}

/** The public keys that check certificates. */
export interface CertificateKeys {
  /** One for each signature. */
  readonly keys: readonly CertificatePublicKey[];
}

/** A public key that checks certificates. */
export interface CertificatePublicKey {
  /** KMS's name of the algorithm. */
  readonly signingAlgorithm: 'ECDSA_SHA_256' | 'ML_DSA_SHAKE_256';
  /** ARN of the key that signs. */
  readonly keyArn: string;
  /** KMS's name of the kind of key. */
  readonly keySpec: 'ECC_NIST_P256' | 'ML_DSA_65';
  /** PEM of a SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/**
 * Names and texts that are authenticated with the ciphertext and must be given again, exactly, to decrypt. Not
 * secret: AWS CloudTrail logs them in the clear. At most 64 names and 8,000 bytes; no name may be empty,
 * `TenantId` in any case, or begin with `aws-crypto-` or `tenant-keys:`.
 */
export type EncryptionContext = Readonly<Record<string, string>>;

/** What to encrypt. */
export interface EncryptRequest {
  /** Must be given again, exactly, to decrypt. */
  readonly encryptionContext?: EncryptionContext;
  /** `envelope`, the default: a message of the AWS Encryption SDK. `direct`: what `kms:Encrypt` gives. */
  readonly mode?: 'envelope' | 'direct';
  /** At most 4,194,304 bytes; in direct mode 1 to 4,096. Base64 (RFC 4648 section 4, padded, strict). */
  readonly plaintext: string;
}

/** What was encrypted. */
export interface Ciphertext {
  /**
   * A message of the AWS Encryption SDK, or what `kms:Encrypt` gives. Base64 (RFC 4648 section 4, padded,
   * strict).
   */
  readonly ciphertext: string;
}

/** What to decrypt. */
export interface DecryptRequest {
  /** The same, exactly, as when it was encrypted. */
  readonly encryptionContext?: EncryptionContext;
  /**
   * A message of the AWS Encryption SDK, or what `kms:Encrypt` gives. Base64 (RFC 4648 section 4, padded,
   * strict).
   */
  readonly ciphertext: string;
}

/** What was decrypted. */
export interface Plaintext {
  /** The bytes that were encrypted. Base64 (RFC 4648 section 4, padded, strict). */
  readonly plaintext: string;
}

/** What to encrypt again, under the key's current material. */
export interface ReencryptRequest {
  /** The same, exactly, as when it was encrypted. */
  readonly encryptionContext?: EncryptionContext;
  /** Takes the place of the old one, which stays where this is absent. */
  readonly newEncryptionContext?: EncryptionContext;
  /**
   * A message of the AWS Encryption SDK, or what `kms:Encrypt` gives. Base64 (RFC 4648 section 4, padded,
   * strict).
   */
  readonly ciphertext: string;
}

/** What was encrypted again. */
export interface Reencrypted {
  /**
   * A message of the AWS Encryption SDK, or what `kms:Encrypt` gives. Base64 (RFC 4648 section 4, padded,
   * strict).
   */
  readonly ciphertext: string;
  /** Id of the key material that the new ciphertext is under. */
  readonly keyMaterialId?: string;
  /** Id of the key material that the old ciphertext is under. */
  readonly sourceKeyMaterialId?: string;
}

/** What to tell of. */
export interface InspectRequest {
  /** The same, exactly, as when it was encrypted. Of a message it may be left out. */
  readonly encryptionContext?: EncryptionContext;
  /**
   * A message of the AWS Encryption SDK, or what `kms:Encrypt` gives. Base64 (RFC 4648 section 4, padded,
   * strict).
   */
  readonly ciphertext: string;
}

/** What is known of a ciphertext without its plaintext. */
export interface Inspection {
  /** A message of the AWS Encryption SDK, or what `kms:Encrypt` gives. */
  readonly format: 'envelope' | 'direct';
  /** ARN of the tenant's key, which it is under; absent where the key is not in KMS. */
  readonly keyArn?: string;
  /** Of a key that is not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** Id of the key material that it is under. */
  readonly keyMaterialId: string;
  /** Id of the key material that encrypts now. */
  readonly currentKeyMaterialId: string;
  /** Whether they are the same, so that nothing is left to do. */
  readonly isCurrent: boolean;
  /** Of a message, by its name in the specification of the SDK. */
  readonly algorithmSuite?:
    | 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY'
    | 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384';
  /** Of a message: the names that decrypt must be given, sorted. */
  readonly encryptionContextKeys?: readonly string[];
}

/** An item to encrypt. */
export interface EncryptItem {
  /** Must be given again, exactly, to decrypt. */
  readonly encryptionContext?: EncryptionContext;
  /** At most 4,194,304 bytes; in direct mode 1 to 4,096. Base64 (RFC 4648 section 4, padded, strict). */
  readonly plaintext: string;
}

/** Items to encrypt, each as an envelope. */
export interface EncryptBatchRequest {
  /** Each is checked by itself, and has an error of its own. */
  readonly items: readonly EncryptItem[];
}

/** The results of a batch. */
export interface EncryptBatchResponse {
  /** In the order of the request: for each item its result, or its error. */
  readonly items: readonly (Ciphertext | ItemError)[];
}

/** Items to decrypt, all of one mode. */
export interface DecryptBatchRequest {
  /** Each is checked by itself, and has an error of its own. */
  readonly items: readonly DecryptRequest[];
  /** Of all items. */
  readonly mode?: 'envelope' | 'direct';
}

/** The results of a batch. */
export interface DecryptBatchResponse {
  /** In the order of the request: for each item its result, or its error. */
  readonly items: readonly (Plaintext | ItemError)[];
}

/** Items to encrypt again, all of one mode. */
export interface ReencryptBatchRequest {
  /** Each is checked by itself, and has an error of its own. */
  readonly items: readonly ReencryptRequest[];
  /** Of all items. */
  readonly mode?: 'envelope' | 'direct';
}

/** The results of a batch. */
export interface ReencryptBatchResponse {
  /** In the order of the request: for each item its result, or its error. */
  readonly items: readonly (Reencrypted | ItemError)[];
}

/** A problem of one item. */
export interface ItemError {
  /** The problem, without what belongs to the whole request. */
  readonly error: {
    /** The name of the status (RFC 9110). */
    readonly title: string;
    /** The status of the answer. */
    readonly status: number;
    /** What is wrong, in a sentence. It may change; go by `code`. */
    readonly detail: string;
    /** What is wrong, for programs. There may be more of them one day. */
    readonly code: 'bad-request' | 'decryption-failed' | 'too-large';
  };
}

/** A data key to make. */
export interface DataKeyRequest {
  /** Must be given again, exactly, to decrypt. */
  readonly encryptionContext?: EncryptionContext;
  /** `false`: the data key itself is not given, and does not leave the key store. */
  readonly plaintext?: boolean;
}

/** A data key of 32 bytes. */
export interface DataKey {
  /** ARN of the key that wraps it; absent where the key is not in KMS. */
  readonly keyArn?: string;
  /** Of a key that is not in KMS, as its store and messages name it. */
  readonly keyName?: string;
  /** The provider id of messages under such data keys; the provider info is the ARN, or the name. */
  readonly keyProviderId: string;
  /** The data key, encrypted by the tenant's key. Base64 (RFC 4648 section 4, padded, strict). */
  readonly wrappedDataKey: string;
  /** The data key itself. Keep it in memory alone. Base64 (RFC 4648 section 4, padded, strict). */
  readonly plaintext?: string;
}

/** A data key to unwrap. */
export interface DecryptDataKeyRequest {
  /** As it was given with the data key. Base64 (RFC 4648 section 4, padded, strict). */
  readonly wrappedDataKey: string;
  /**
   * As it was given with the data key. Of a signed message of the AWS Encryption SDK all of the message's context
   * but `TenantId`, `aws-crypto-public-key` too.
   */
  readonly encryptionContext?: Readonly<Record<string, string>>;
}

/** What to hash. */
export interface MacRequest {
  /**
   * What the hash is for, such as `user/email`; 1-256 letters, digits and `.`, `_`, `-`, `/`, `$`. Not secret:
   * AWS CloudTrail logs it in the clear. What would be longer is named by its SHA-256 in hexadecimal digits.
   */
  readonly purpose: string;
  /**
   * At most 65,536 bytes. What shall be found as equal must be the same bytes. Base64 (RFC 4648 section 4,
   * padded, strict).
   */
  readonly value: string;
  /**
   * How much of the hash to keep: its first bits, and 0 for what is left of the last byte. Fewer tell less to who
   * sees the hashes, and find more that is not meant.
   */
  readonly bits?: number;
}

/** The hashes of a value. */
export interface Macs {
  /** By each live version of the key, the oldest first: one, or two. */
  readonly macs: readonly {
    readonly version: number;
    readonly mac: string;
  }[];
}

/** Values to hash. */
export interface MacBatchRequest {
  /** Each is checked by itself, and has an error of its own. */
  readonly items: readonly MacRequest[];
}

/** The results of a batch. */
export interface MacBatchResponse {
  /** In the order of the request: for each item its result, or its error. */
  readonly items: readonly (Macs | ItemError)[];
}

/** Which versions of a key are to be live. */
export interface MacVersionsRequest {
  /**
   * What the hash is for, such as `user/email`; 1-256 letters, digits and `.`, `_`, `-`, `/`, `$`. Not secret:
   * AWS CloudTrail logs it in the clear. What would be longer is named by its SHA-256 in hexadecimal digits.
   */
  readonly purpose: string;
  /** One, or two in a row while the key is being changed, such as `[1]`, `[1, 2]` and then `[2]`. */
  readonly versions: readonly number[];
}

/** Which versions of a key are live. */
export interface MacVersions {
  /**
   * What the hash is for, such as `user/email`; 1-256 letters, digits and `.`, `_`, `-`, `/`, `$`. Not secret:
   * AWS CloudTrail logs it in the clear. What would be longer is named by its SHA-256 in hexadecimal digits.
   */
  readonly purpose: string;
  /** One, or two in a row while the key is being changed, such as `[1]`, `[1, 2]` and then `[2]`. */
  readonly versions: readonly number[];
}

/** How far the keys of macs are wrapped by the tenant's new key, by purposes. */
export interface RewrappedMacKeys {
  /** Whose keys this request has wrapped anew. */
  readonly rewrapped: number;
  /** Whose keys are still under the key before. */
  readonly left: number;
}

/** A page of events, in the order that was asked for. */
export interface AuditEvents {
  /** Calls of key stores, requests and attempts side by side. May be empty before the end. */
  readonly events: readonly AuditEvent[];
  /** Where the list goes on. Absent at its end, and only there. */
  readonly nextCursor?: string;
}

/** A call of a key store, a request, or an attempt. */
export type AuditEvent = KeyEvent | RequestEvent | AttemptEvent;

/**
 * A call of a key store for the tenant's key: of KMS as CloudTrail recorded it, of another store as our own
 * function logged it.
 */
export interface KeyEvent {
  /** A call of a key store. */
  readonly kind: 'kms';
  /** Whose event it is. Absent where it is about no tenant. */
  readonly tenantId?: TenantId;
  /** Unique, and chosen by no client. */
  readonly eventId: string;
  /** When; of KMS to the second, as CloudTrail has it. RFC 3339, UTC. */
  readonly time: string;
  /** Of `kms` the store's name for it, else the operation of this document. */
  readonly operation: string;
  /**
   * `refused`: by a policy, or since what was asked for was wrong. `failed`: throttled, or AWS or the store was
   * down.
   */
  readonly outcome: 'succeeded' | 'refused' | 'failed';
  /** CloudTrail's code, the HTTP status of another store or what was wrong with it, or the code of the problem. */
  readonly errorCode?: string;
  /** Of `kms` an ARN or a service; else the token's subject or client, `unknown` where no token counted. */
  readonly principal: string;
  /** Where the call came from; `unknown` where nobody said. */
  readonly sourceAddress: string;
  /** Of `kms` the store's, `unknown` where it gave none, else the one of the answer's `x-amzn-RequestId`. */
  readonly requestId: string;
  /** Role session name; of the tenant role it is the tenant id. */
  readonly session?: string;
  /** ARN of the key, where it is in KMS. */
  readonly keyArn?: string;
  /** Which store, where it is not KMS of the account of the API. */
  readonly keyStore?: 'vault' | 'azure-key-vault' | 'aws-kms-external';
  /** `product-log`: by the word of the product's own function, which made the call. Absent: by CloudTrail's. */
  readonly source?: 'product-log';
  /** What the call told another store of itself, which may have it in its own log, without an answer too. */
  readonly correlationId?: string;
  /** In the clear, where CloudTrail has it. */
  readonly encryptionContext?: Readonly<Record<string, string>>;
  /** Id of the key material, where CloudTrail has it. */
  readonly keyMaterialId?: string;
  /** The product looked at the key, and changed nothing. */
  readonly routine?: true;
}

/** A request that reached a function. */
export interface RequestEvent {
  /** A request. */
  readonly kind: 'request';
  /** Whose event it is. Absent where it is about no tenant. */
  readonly tenantId?: TenantId;
  /** Unique, and chosen by no client. */
  readonly eventId: string;
  /** When; of KMS to the second, as CloudTrail has it. RFC 3339, UTC. */
  readonly time: string;
  /** Of `kms` the store's name for it, else the operation of this document. */
  readonly operation: string;
  /**
   * `refused`: by a policy, or since what was asked for was wrong. `failed`: throttled, or AWS or the store was
   * down.
   */
  readonly outcome: 'succeeded' | 'refused' | 'failed';
  /** CloudTrail's code, the HTTP status of another store or what was wrong with it, or the code of the problem. */
  readonly errorCode?: string;
  /** Of `kms` an ARN or a service; else the token's subject or client, `unknown` where no token counted. */
  readonly principal: string;
  /** Where the call came from; `unknown` where nobody said. */
  readonly sourceAddress: string;
  /** Of `kms` the store's, `unknown` where it gave none, else the one of the answer's `x-amzn-RequestId`. */
  readonly requestId: string;
  /** The issuer of the token, where the principal is known. */
  readonly issuer?: string;
  /** `Tenant-Keys-Actor` of the request: claimed by the caller, and not checked. */
  readonly actor?: string;
  /** `Tenant-Keys-Label` of the request: claimed by the caller, and not checked. */
  readonly label?: string;
  /** Of the HTTP answer. */
  readonly status: number;
  /** How many a batch had. */
  readonly items?: number;
  /** Those of them that were answered with an error. */
  readonly failedItems?: number;
  /** The calls of KMS, or of another key store, on which the request rests. */
  readonly kmsCalls: readonly KmsCall[];
  /** Of the members of the tenant that the request changed, what they were. */
  readonly before?: {
    readonly displayName?: string;
    readonly legalName?: string;
    readonly status?: TenantStatus;
    readonly keyStore?: KeyStoreName;
    readonly keyArn?: string;
    readonly keyName?: string;
    readonly rotationPeriodInDays?: number;
    readonly declared?: boolean;
    readonly deletionDate?: string;
    readonly erasedAt?: string;
    readonly onDemandRotation?: OnDemandRotation;
    readonly keyStoreChange?: KeyStoreChange;
  };
  /** What they are now. */
  readonly after?: {
    readonly displayName?: string;
    readonly legalName?: string;
    readonly status?: TenantStatus;
    readonly keyStore?: KeyStoreName;
    readonly keyArn?: string;
    readonly keyName?: string;
    readonly rotationPeriodInDays?: number;
    readonly declared?: boolean;
    readonly deletionDate?: string;
    readonly erasedAt?: string;
    readonly onDemandRotation?: OnDemandRotation;
    readonly keyStoreChange?: KeyStoreChange;
  };
}

/** A request that was refused before a function saw it. */
export interface AttemptEvent {
  /** An attempt. */
  readonly kind: 'attempt';
  /** Whose event it is. Absent where it is about no tenant. */
  readonly tenantId?: TenantId;
  /** Unique, and chosen by no client. */
  readonly eventId: string;
  /** When; of KMS to the second, as CloudTrail has it. RFC 3339, UTC. */
  readonly time: string;
  /** Of `kms` the store's name for it, else the operation of this document. */
  readonly operation: string;
  /**
   * `refused`: by a policy, or since what was asked for was wrong. `failed`: throttled, or AWS or the store was
   * down.
   */
  readonly outcome: 'succeeded' | 'refused' | 'failed';
  /** CloudTrail's code, the HTTP status of another store or what was wrong with it, or the code of the problem. */
  readonly errorCode?: string;
  /** Of `kms` an ARN or a service; else the token's subject or client, `unknown` where no token counted. */
  readonly principal: string;
  /** Where the call came from; `unknown` where nobody said. */
  readonly sourceAddress: string;
  /** Of `kms` the store's, `unknown` where it gave none, else the one of the answer's `x-amzn-RequestId`. */
  readonly requestId: string;
  /** The issuer of the token, where the principal is known. */
  readonly issuer?: string;
  /** Of the HTTP answer. */
  readonly status: number;
  /** How many attempts from that address the event stands for, where no token counted. */
  readonly times?: number;
}

/** A call of a key store, which has a `kms` event of the same tenant. */
export interface KmsCall {
  /** That event's `requestId`. */
  readonly requestId: string;
  /** Of the data key that the call gave: the same wherever that data key was used. */
  readonly dataKeyId?: string;
}

/** RFC 9457. It repeats nothing of the request. */
export interface Problem {
  /** A reference to the page that explains the code, on the same host: `/v1/problems#tenant-busy`. */
  readonly type: string;
  /** The name of the status (RFC 9110). */
  readonly title: string;
  /** The status of the answer. */
  readonly status: number;
  /** What is wrong, in a sentence. It may change; go by `code`. */
  readonly detail: string;
  /** What is wrong, for programs. There may be more of them one day. */
  readonly code:
    | 'bad-request'
    | 'invalid-tenant-id'
    | 'invalid-cursor'
    | 'decryption-failed'
    | 'too-many-kms-calls'
    | 'key-store-not-configured'
    | 'mode-needs-aws-kms'
    | 'unauthorized'
    | 'forbidden'
    | 'not-found'
    | 'method-not-allowed'
    | 'tenant-not-found'
    | 'tenant-exists'
    | 'tenant-provisioning'
    | 'tenant-suspended'
    | 'tenant-offboarding'
    | 'tenant-erased'
    | 'tenant-not-erased'
    | 'tenant-busy'
    | 'tenant-declared'
    | 'key-store-changing'
    | 'no-previous-key'
    | 'mac-keys-left'
    | 'key-recently-used'
    | 'rotation-limit-reached'
    | 'rotation-in-progress'
    | 'rotation-unconfirmed'
    | 'mac-versions-differ'
    | 'too-many-purposes'
    | 'alias-taken'
    | 'key-unusable'
    | 'key-missing'
    | 'key-mismatch'
    | 'key-revoked-by-tenant'
    | 'key-administered-by-tenant'
    | 'external-key-refused'
    | 'not-acceptable'
    | 'too-large'
    | 'unsupported-media-type'
    | 'throttled'
    | 'internal-error'
    | 'key-not-ready'
    | 'key-store-unavailable'
    | 'unavailable';
  /** Leads to the logs; the same as `x-amzn-RequestId`. */
  readonly requestId: string;
}

/** What each operation takes and gives, in JSON. */
export interface Operations {
  readonly onboard: {
    readonly query: undefined;
    readonly request: OnboardRequest;
    readonly response: Tenant;
  };
  readonly read: {
    readonly query: undefined;
    readonly request: undefined;
    readonly response: Tenant;
  };
  readonly update: {
    readonly query: undefined;
    readonly request: TenantPatch;
    readonly response: Tenant;
  };
  readonly offboard: {
    readonly query: {
      /**
       * How long the key is kept before it is destroyed, 7-30 days, and no shorter than the stack's configuration
       * has it (also the default).
       */
      readonly windowInDays?: number;
      /** `true`: although somebody used the key within the last hour. */
      readonly force?: boolean;
    };
    readonly request: EmptyRequest;
    readonly response: OffboardedTenant;
  };
  readonly list: {
    readonly query: {
      /** How many at most, 1-100. */
      readonly limit?: number;
      /** The `nextCursor` of an earlier answer. */
      readonly cursor?: string;
      /** Tenants of this status alone. */
      readonly status?: TenantStatus;
    };
    readonly request: undefined;
    readonly response: TenantList;
  };
  readonly externalAccount: {
    readonly query: {
      /** The AWS account in which the key is to be; may be left out where `GET /key-stores` lists one. */
      readonly accountId?: string;
      /** ARN of the key, once it is made: for `rolePolicy`. */
      readonly keyArn?: string;
    };
    readonly request: undefined;
    readonly response: ExternalAccountSetup;
  };
  readonly suspend: {
    readonly query: undefined;
    readonly request: EmptyRequest;
    readonly response: Tenant;
  };
  readonly resume: {
    readonly query: undefined;
    readonly request: EmptyRequest;
    readonly response: Tenant;
  };
  readonly restore: {
    readonly query: undefined;
    readonly request: EmptyRequest;
    readonly response: Tenant;
  };
  readonly setRotation: {
    readonly query: undefined;
    readonly request: RotationRequest;
    readonly response: Tenant;
  };
  readonly listRotations: {
    readonly query: {
      /** How many at most, 1-100. */
      readonly limit?: number;
      /** The `nextCursor` of an earlier answer. */
      readonly cursor?: string;
    };
    readonly request: undefined;
    readonly response: RotationList;
  };
  readonly rotate: {
    readonly query: undefined;
    readonly request: RotateRequest;
    readonly response: RotationStarted;
  };
  readonly changeKeyStore: {
    readonly query: undefined;
    readonly request: KeyStoreChangeRequest;
    readonly response: Tenant;
  };
  readonly endPreviousKey: {
    readonly query: {
      /**
       * How long the key is kept before it is destroyed, 7-30 days, and no shorter than the stack's configuration
       * has it (also the default).
       */
      readonly windowInDays?: number;
      /** `true`: although somebody used the key within the last hour. */
      readonly force?: boolean;
    };
    readonly request: EmptyRequest;
    readonly response: Tenant;
  };
  readonly restorePreviousKey: {
    readonly query: undefined;
    readonly request: EmptyRequest;
    readonly response: Tenant;
  };
  readonly erasureCertificate: {
    readonly query: undefined;
    readonly request: undefined;
    readonly response: SignedCertificate;
  };
  readonly listKeyStores: {
    readonly query: undefined;
    readonly request: undefined;
    readonly response: KeyStoreList;
  };
  readonly certificateKey: {
    readonly query: undefined;
    readonly request: undefined;
    readonly response: CertificateKeys;
  };
  readonly encrypt: {
    readonly query: undefined;
    readonly request: EncryptRequest;
    readonly response: Ciphertext;
  };
  readonly decrypt: {
    readonly query: undefined;
    readonly request: DecryptRequest;
    readonly response: Plaintext;
  };
  readonly reencrypt: {
    readonly query: undefined;
    readonly request: ReencryptRequest;
    readonly response: Reencrypted;
  };
  readonly encryptBatch: {
    readonly query: undefined;
    readonly request: EncryptBatchRequest;
    readonly response: EncryptBatchResponse;
  };
  readonly decryptBatch: {
    readonly query: undefined;
    readonly request: DecryptBatchRequest;
    readonly response: DecryptBatchResponse;
  };
  readonly reencryptBatch: {
    readonly query: undefined;
    readonly request: ReencryptBatchRequest;
    readonly response: ReencryptBatchResponse;
  };
  readonly inspect: {
    readonly query: undefined;
    readonly request: InspectRequest;
    readonly response: Inspection;
  };
  readonly generateDataKey: {
    readonly query: undefined;
    readonly request: DataKeyRequest;
    readonly response: DataKey;
  };
  readonly decryptDataKey: {
    readonly query: undefined;
    readonly request: DecryptDataKeyRequest;
    readonly response: Plaintext;
  };
  readonly mac: {
    readonly query: undefined;
    readonly request: MacRequest;
    readonly response: Macs;
  };
  readonly macBatch: {
    readonly query: undefined;
    readonly request: MacBatchRequest;
    readonly response: MacBatchResponse;
  };
  readonly setMacVersions: {
    readonly query: undefined;
    readonly request: MacVersionsRequest;
    readonly response: MacVersions;
  };
  readonly rewrapMacKeys: {
    readonly query: undefined;
    readonly request: EmptyRequest;
    readonly response: RewrappedMacKeys;
  };
  readonly listEvents: {
    readonly query: {
      /** The first moment of the range, RFC 3339. A `+` of a time zone is `%2B` in a query. */
      readonly from?: string;
      /** The first moment after the range, RFC 3339. */
      readonly to?: string;
      /** Which events come first. */
      readonly order?: 'oldest' | 'newest';
      /** Events of this kind alone. */
      readonly kind?: 'kms' | 'request' | 'attempt';
      /** Events that ended so alone. */
      readonly outcome?: 'succeeded' | 'refused' | 'failed';
      /** Events with exactly this operation alone. */
      readonly operation?: string;
      /** Events with exactly this principal alone. */
      readonly principal?: string;
      /** Events with exactly this actor, which the caller of a request has named alone. */
      readonly actor?: string;
      /** `true`: with the product's own routine reads, which are left out otherwise. */
      readonly routine?: boolean;
      /** `ocsf`: lines of OCSF events, with `Accept: application/x-ndjson` or one that allows it. */
      readonly format?: 'ocsf';
      /** How many at most, 1-1,000. */
      readonly limit?: number;
      /** The `nextCursor` of an earlier answer to the same query; only `limit` may be another. */
      readonly cursor?: string;
    };
    readonly request: undefined;
    readonly response: AuditEvents;
  };
  readonly listAllEvents: {
    readonly query: {
      /** The first moment of the range, RFC 3339. A `+` of a time zone is `%2B` in a query. */
      readonly from?: string;
      /** The first moment after the range, RFC 3339. */
      readonly to?: string;
      /** Which events come first. */
      readonly order?: 'oldest' | 'newest';
      /** Events of this kind alone. */
      readonly kind?: 'kms' | 'request' | 'attempt';
      /** Events that ended so alone. */
      readonly outcome?: 'succeeded' | 'refused' | 'failed';
      /** Events with exactly this operation alone. */
      readonly operation?: string;
      /** Events with exactly this principal alone. */
      readonly principal?: string;
      /** Events with exactly this actor, which the caller of a request has named alone. */
      readonly actor?: string;
      /** `true`: with the product's own routine reads, which are left out otherwise. */
      readonly routine?: boolean;
      /** `ocsf`: lines of OCSF events, with `Accept: application/x-ndjson` or one that allows it. */
      readonly format?: 'ocsf';
      /** How many at most, 1-1,000. */
      readonly limit?: number;
      /** The `nextCursor` of an earlier answer to the same query; only `limit` may be another. */
      readonly cursor?: string;
    };
    readonly request: undefined;
    readonly response: AuditEvents;
  };
  readonly openapi: {
    readonly query: undefined;
    readonly request: undefined;
    readonly response: Readonly<Record<string, never>>;
  };
  readonly problems: {
    readonly query: undefined;
    readonly request: undefined;
    readonly response: unknown;
  };
}

/** Of each operation the method, the path, and the scope that a token best has; none where anybody may. */
export const routes = {
  onboard: ['PUT', '/tenants/{tenantId}', 'tenant-keys/admin'],
  read: ['GET', '/tenants/{tenantId}', 'tenant-keys/admin'],
  update: ['PATCH', '/tenants/{tenantId}', 'tenant-keys/admin'],
  offboard: ['DELETE', '/tenants/{tenantId}', 'tenant-keys/admin'],
  list: ['GET', '/tenants', 'tenant-keys/admin'],
  externalAccount: ['GET', '/tenants/{tenantId}/external-account', 'tenant-keys/admin'],
  suspend: ['POST', '/tenants/{tenantId}/suspend', 'tenant-keys/admin'],
  resume: ['POST', '/tenants/{tenantId}/resume', 'tenant-keys/admin'],
  restore: ['POST', '/tenants/{tenantId}/restore', 'tenant-keys/admin'],
  setRotation: ['PUT', '/tenants/{tenantId}/key/rotation', 'tenant-keys/admin'],
  listRotations: ['GET', '/tenants/{tenantId}/key/rotations', 'tenant-keys/admin'],
  rotate: ['POST', '/tenants/{tenantId}/key/rotations', 'tenant-keys/admin'],
  changeKeyStore: ['POST', '/tenants/{tenantId}/key-store', 'tenant-keys/admin'],
  endPreviousKey: ['DELETE', '/tenants/{tenantId}/key-store/previous', 'tenant-keys/admin'],
  restorePreviousKey: ['POST', '/tenants/{tenantId}/key-store/previous/restore', 'tenant-keys/admin'],
  erasureCertificate: ['GET', '/tenants/{tenantId}/erasure-certificate', 'tenant-keys/admin'],
  listKeyStores: ['GET', '/key-stores', 'tenant-keys/admin'],
  certificateKey: ['GET', '/certificate-key', 'tenant-keys/admin'],
  encrypt: ['POST', '/tenants/{tenantId}/encrypt', 'tenant-keys/crypto'],
  decrypt: ['POST', '/tenants/{tenantId}/decrypt', 'tenant-keys/crypto'],
  reencrypt: ['POST', '/tenants/{tenantId}/reencrypt', 'tenant-keys/crypto'],
  encryptBatch: ['POST', '/tenants/{tenantId}/encrypt-batch', 'tenant-keys/crypto'],
  decryptBatch: ['POST', '/tenants/{tenantId}/decrypt-batch', 'tenant-keys/crypto'],
  reencryptBatch: ['POST', '/tenants/{tenantId}/reencrypt-batch', 'tenant-keys/crypto'],
  inspect: ['POST', '/tenants/{tenantId}/inspect', 'tenant-keys/crypto'],
  generateDataKey: ['POST', '/tenants/{tenantId}/data-keys', 'tenant-keys/crypto'],
  decryptDataKey: ['POST', '/tenants/{tenantId}/data-keys/decrypt', 'tenant-keys/crypto'],
  mac: ['POST', '/tenants/{tenantId}/mac', 'tenant-keys/crypto'],
  macBatch: ['POST', '/tenants/{tenantId}/mac-batch', 'tenant-keys/crypto'],
  setMacVersions: ['PUT', '/tenants/{tenantId}/mac-keys', 'tenant-keys/crypto'],
  rewrapMacKeys: ['POST', '/tenants/{tenantId}/mac-keys/rewrap', 'tenant-keys/crypto'],
  listEvents: ['GET', '/tenants/{tenantId}/audit', 'tenant-keys/audit'],
  listAllEvents: ['GET', '/audit', 'tenant-keys/admin'],
  openapi: ['GET', '/openapi.json', ''],
  problems: ['GET', '/problems', ''],
} as const satisfies Record<keyof Operations, readonly [string, string, string]>;
