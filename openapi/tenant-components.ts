/** The named schemas of the control plane. */
import * as certificates from '../contract/certificates.ts';
import { externalAccountSetup } from '../contract/external-account.ts';
import { keyStoreChange, keyStoreChangeRequest } from '../contract/key-store-change.ts';
import { configuredKeyStore, keyStoreList, keyStoreName } from '../contract/key-stores.ts';
import { keyUse } from '../contract/key-use.ts';
import { onDemandRotation } from '../contract/on-demand-rotation.ts';
import { tenantId } from '../contract/tenant-id.ts';
import { tenantStatus } from '../contract/tenant-status.ts';
import * as tenants from '../contract/tenants.ts';
import { base64, type Component, text, time } from './component.ts';

const ofTenant = text('The tenant.');
const keyArn = text("ARN of the tenant's KMS key; absent where the key is not in KMS.");
const keyName = text('Of a key that is not in KMS, as its store and messages name it.');
const keyDestroyed = text(
  "`false` where the key is in the tenant's own AWS account: it stays there, and only the product's use of it ended, at `erasedAt` for good.",
);
const material = text(
  "Id of a key material: KMS's 64 hexadecimal digits, Vault's version such as `v1`, or Azure Key Vault's of 32 hexadecimal digits.",
);
const period = text('Days between two automatic rotations.');
const nextCursor = text('Where the list goes on. Absent at its end.');

const tenantMembers = {
  tenantId: ofTenant,
  displayName: text('For people to read.'),
  legalName: text('As contracts and registers have it. Certificates of erasure have both names.'),
  status: text('Where the tenant is in its life.'),
  keyStore: text("Where the tenant's key is."),
  keyArn: text(
    "ARN of the tenant's KMS key; absent as long as there is none, and where the key is not in KMS.",
  ),
  keyName,
  rotationPeriodInDays: period,
  createdAt: time('When the onboarding began.'),
  updatedAt: time('When the row was last changed.'),
  declared: text("Whether the stack's configuration declares the tenant."),
  deletionDate: time('When the key is destroyed, or was.'),
  erasedAt: time('When the key store was first found to have no such key any more.'),
  onDemandRotation: text('The last rotation that was asked for through the API.'),
  keyStoreChange: text(
    'Only while the key is moved to another store, until the key before is deleted.',
  ),
  key: text('The key as its store has it at this moment; only where one tenant is read.'),
};

export const tenantComponents: Readonly<Record<string, Component>> = {
  TenantId: {
    schema: tenantId,
    description: 'A DNS label in lower case, 2-63 characters.',
  },
  TenantStatus: {
    schema: tenantStatus,
    description: '`PROVISIONING -> ACTIVE <-> SUSPENDED -> OFFBOARDING -> ERASED`.',
  },
  Tenant: { schema: tenants.tenant, description: 'A tenant.', members: tenantMembers },
  OffboardedTenant: {
    schema: tenants.offboardedTenant,
    description: 'A tenant whose key will be destroyed.',
    members: {
      ...tenantMembers,
      keyLastUsed: text('The last use of the key that KMS knows of; absent for another store.'),
    },
  },
  TenantList: {
    schema: tenants.tenantList,
    description: 'A page of tenants. A page that is short, or empty, may still have a next one.',
    members: { tenants: text('In no order that means anything.'), nextCursor },
  },
  KeyDetails: {
    schema: tenants.keyDetails,
    description: 'A key as its store has it at this moment.',
    members: {
      state: text("By KMS's names of key states; `Missing` where the store has no such key."),
      rotationEnabled: text('Whether the key store rotates the key by itself.'),
      rotationPeriodInDays: period,
      nextRotationDate: time('When the key store rotates the key next.'),
      currentKeyMaterialId: text('Id of the key material that encrypts now.'),
      onDemandRotationStartedAt: time('Only while KMS is at work on an on-demand rotation.'),
      onDemandRotationsLeft: text(
        "Of the 25 that KMS allows in a key's life; absent where the store has no limit.",
      ),
      lastUsed: text('Absent where the store knows of no use.'),
      deletionDate: time('When the key is destroyed.'),
    },
  },
  KeyUse: {
    schema: keyUse,
    description: 'The last use of a key, as KMS records it.',
    members: {
      operation: text("KMS's name of the operation, such as `Decrypt`."),
      at: time('When.'),
      cloudTrailEventId: text("Id of CloudTrail's event."),
    },
  },
  OnDemandRotation: {
    schema: onDemandRotation,
    description: 'An on-demand rotation that was asked for through the API.',
    members: {
      supersededKeyMaterialId: text('Current before; once another one is, the rotation is done.'),
      requestedAt: time('When the key store was asked, or was about to be.'),
      state: text(
        '`requested`: what became of it is to be found out. `accepted`: the key store rotates the key, or has done so.',
      ),
    },
  },
  KeyStoreChangeRequest: {
    schema: keyStoreChangeRequest,
    description: 'Where the key of a tenant is to be.',
    members: {
      keyStore: text('One of those that GET /key-stores lists.'),
      keyArn: text(
        "With `aws-kms-external`, and with no other: ARN of the key, which is there already in the tenant's own account.",
      ),
    },
  },
  KeyStoreChange: {
    schema: keyStoreChange,
    description: 'How far a change of the key store is.',
    members: {
      from: text('The store of the key before.'),
      to: text('The store of the key after.'),
      stage: text(
        '`key-requested`: the new key is not there yet, and nothing else has changed. `both-readable`: both keys decrypt. `previous-ending`: the key before decrypts nothing any more, and will be deleted.',
      ),
      requestedAt: time('When the change was asked for; only until the new key is there.'),
      since: time('From when on the new key encrypts.'),
      previousKeyArn: text('ARN of the key before, where it is in KMS.'),
      previousKeyName: text(
        'Of a key before that is not in KMS, as its store and messages name it.',
      ),
      macKeysLeft: text(
        'For how many purposes the keys of macs were under the key before when they were last counted; absent until they are.',
      ),
      macKeysCountedAt: time('When that was.'),
      deletionDate: time('When the key before is destroyed.'),
    },
  },
  OnboardRequest: {
    schema: tenants.onboardRequest,
    description: 'What a tenant is onboarded with.',
    members: {
      displayName: text('For people to read; 1-256 printable characters.'),
      legalName: text('As contracts and registers have it; 1-256 printable characters.'),
      rotationPeriodInDays: text("Default: the stack's configuration."),
      keyStore: text('Where the key is to be. Default: KMS of the account of the API.'),
      keyArn: text(
        "With `aws-kms-external`, and with no other: ARN of the key, which is there already in the tenant's own account.",
      ),
    },
  },
  TenantPatch: {
    schema: tenants.tenantPatch,
    description:
      'The names to change. What is not in it stays, and null takes a name away (RFC 7396).',
    members: {
      displayName: text('1-256 printable characters, or null.'),
      legalName: text('1-256 printable characters, or null.'),
    },
    refine: (schema) => {
      schema.minProperties = 1;
    },
  },
  EmptyRequest: {
    schema: tenants.emptyRequest,
    description: 'An empty object. The body may also be missing.',
  },
  RotationRequest: {
    schema: tenants.rotationRequest,
    description: 'The period of automatic rotations.',
    members: { rotationPeriodInDays: period },
  },
  RotateRequest: {
    schema: tenants.rotateRequest,
    description: 'Which key material a rotation is to supersede.',
    members: {
      keyMaterialId: text(
        'The key material to be superseded, `key.currentKeyMaterialId` of the tenant. Where another is current by now nothing is done, so that the request may come again however late.',
      ),
    },
  },
  Rotation: {
    schema: tenants.rotation,
    description: 'A key material, and the rotation that it came with.',
    members: {
      keyMaterialId: material,
      state: text("By KMS's names: `CURRENT`, `NON_CURRENT`, `PENDING_ROTATION`."),
      type: text('`AUTOMATIC` or `ON_DEMAND`; absent for the first key material.'),
      rotatedAt: time('When the key was rotated to it; absent for the first.'),
    },
  },
  RotationList: {
    schema: tenants.rotationList,
    description: 'A page of the key materials that a key has had.',
    members: { rotations: text('The key materials, the first one too.'), nextCursor },
  },
  RotationStarted: {
    schema: tenants.rotationStarted,
    description: 'An on-demand rotation. KMS finishes it some time later, Vault at once.',
    members: {
      tenantId: ofTenant,
      keyArn,
      keyName,
      rotationsLeft: text(
        "Of the 25 that KMS allows in a key's life; absent where the key store has no limit.",
      ),
      currentKeyMaterialId: text(
        'As the key store has it now: another than the superseded one once the rotation is done.',
      ),
      supersededKeyMaterialId: text('The key material that was current before.'),
    },
  },
  FormerKey: {
    schema: certificates.formerKey,
    description:
      'A key from before a change of the key store, which came to its end before the erasure.',
    members: {
      keyStore: text('Where the key was.'),
      keyArn: text('ARN of a key in KMS.'),
      keyName: text('Of a key that was not in KMS, as its store and messages name it.'),
      keyMaterialIds: text('Of every key material that the key ever had.'),
      endedBy: text('The principal of the token with which its end was asked for.'),
      endedAt: time('When that was.'),
      windowInDays: text('How long the key was kept before it was destroyed.'),
      deletionDate: time('When the key was to be destroyed.'),
      erasedAt: time('When the key store was first found to have no such key any more.'),
      keyDestroyed,
      keyLastUsed: text('The last use of the key that KMS knew of; absent for another store.'),
      kmsRequestId: text('Of the call of ScheduleKeyDeletion; `requestID` in CloudTrail.'),
    },
  },
  Certificate: {
    schema: certificates.certificate,
    description:
      'What was destroyed, by whom and when. The same whenever it is asked for, but for the time of issue.',
    members: {
      type: text('The kind of certificate, and its version.'),
      tenantId: ofTenant,
      displayName: text('As at the erasure.'),
      legalName: text('As at the erasure.'),
      keyStore: text('Where the key was; absent where it was in KMS of this account.'),
      keyArn,
      keyName,
      keyMaterialIds: text('Of every key material that the key ever had.'),
      formerKeys: text(
        'The keys that the tenant had before, each with its own end; absent where the key store was never changed.',
      ),
      createdAt: time('When the tenant was onboarded.'),
      offboardedBy: text('The principal of the token with which the tenant was offboarded.'),
      offboardedAt: time('When that was.'),
      windowInDays: text('How long the key was kept before it was destroyed.'),
      deletionDate: time('When the key was to be destroyed.'),
      erasedAt: time('When the key store was first found to have no such key any more.'),
      keyDestroyed,
      keyLastUsed: text('The last use of the key that KMS knew of; absent for another store.'),
      kmsRequestId: text('Of the call of ScheduleKeyDeletion; `requestID` in CloudTrail.'),
      issuedAt: time('When the certificate was issued.'),
      issuedFor: text('The stack: its account, its region and its name.'),
      trail: text(
        "CloudTrail's own signed record; absent where the stack has no trail of its own.",
      ),
      notCovered: text('What the erasure does not reach.'),
      signingKeys: text('The keys that sign, so that none of the signatures can be left out.'),
    },
  },
  TrailDigests: {
    schema: certificates.trailDigests,
    description: "Where CloudTrail's digest files of the erasure are.",
    members: {
      trailArn: text('ARN of the trail.'),
      digests: text('What the URLs of the digest files begin with.'),
      from: time('The first moment of the record.'),
      to: time('The last moment, by which all of it is delivered.'),
      validate: text('The command of the AWS CLI that checks it.'),
    },
  },
  NotCovered: {
    schema: certificates.notCovered,
    description: 'Something that the erasure does not reach.',
    members: {
      what: text('In words.'),
      until: time('When it ends by itself. Absent where it does not, or nobody knows.'),
    },
  },
  SignedCertificate: {
    schema: certificates.signedCertificate,
    description: 'A certificate of erasure.',
    members: {
      certificate: text(
        'What is signed: the SHA-512 of its bytes by RFC 8785 (JSON Canonicalization Scheme) stands in the statement.',
      ),
      signatures: text('One by each signing key, all of the same statement.'),
    },
  },
  CertificateSignature: {
    schema: certificates.signature,
    description: 'A signature of the statement.',
    members: {
      keyArn: text('ARN of the key that signs.'),
      signingAlgorithm: text("KMS's name of the algorithm."),
      signature: base64('ECDSA in DER, ML-DSA as FIPS 204 has it.'),
    },
  },
  ExternalAccountSetup: {
    schema: externalAccountSetup,
    description:
      "What a tenant makes a key in its own account with, which this tenant's sessions alone can use.",
    members: {
      tenantId: text('Whose key it is to be.'),
      accountId: text("The tenant's account."),
      region: text('In which the key must be: that of the API.'),
      externalId: text('With which the role is assumed. It is no secret.'),
      roleArn: text('Of the role to make: its name and its path are given.'),
      keyPolicy: text("The key's policy."),
      trustPolicy: text("The role's trust policy."),
      rolePolicy: text('What the role may do; only with the query `keyArn`, whose key it names.'),
      template: text('For CloudFormation in that account and region: key and role at once.'),
    },
  },
  KeyStoreName: {
    schema: keyStoreName,
    description:
      '`aws-kms`: KMS of the account of the API. `aws-kms-external`: KMS in the account of the tenant. `azure-key-vault`: Azure Key Vault. `vault`: HashiCorp Vault or OpenBao.',
  },
  KeyStoreList: {
    schema: keyStoreList,
    description: 'Where a tenant may have its key.',
    members: { keyStores: text('The first is the default.') },
  },
  KeyStore: {
    schema: configuredKeyStore,
    description: 'A key store that the stack is configured with.',
    members: {
      keyStore: text('Its name.'),
      address: text('Its URL.'),
      namespace: text('Of Vault Enterprise or OpenBao.'),
      transitMount: text('Path of the transit secrets engine that has the keys.'),
      accounts: text('AWS accounts in which tenants may have their keys.'),
    },
  },
  CertificateKeys: {
    schema: certificates.certificateKeys,
    description: 'The public keys that check certificates.',
    members: { keys: text('One for each signature.') },
  },
  CertificatePublicKey: {
    schema: certificates.publicKey,
    description: 'A public key that checks certificates.',
    members: {
      keyArn: text('ARN of the key that signs.'),
      keySpec: text("KMS's name of the kind of key."),
      signingAlgorithm: text("KMS's name of the algorithm."),
      publicKey: text('PEM of a SubjectPublicKeyInfo.'),
    },
  },
};
