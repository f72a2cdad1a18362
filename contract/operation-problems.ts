/**
 * Which problems each operation may give. The OpenAPI document lists them, and every answer of the end-to-end suites is
 * held against that list; so a problem that is new to an operation stands here first. No function loads this file.
 */
import type { ProblemCode } from './problem.ts';
import type { Operation } from './routes.ts';

type Codes = readonly ProblemCode[];

/** Of API Gateway itself, and of every function: before a route's own work, or where it fails. */
const everywhere: Codes = [
  'bad-request',
  'unauthorized',
  'forbidden',
  'too-large',
  'throttled',
  'internal-error',
  'unavailable',
];

/** Of API Gateway where it answers without a token and without a function: the document, the page of problems. */
export const documentProblems: Codes = [
  'bad-request',
  'too-large',
  'unsupported-media-type',
  'throttled',
  'internal-error',
];

/** Of every operation that has a JSON body. */
const body: Codes = ['unsupported-media-type'];

const tenantPath: Codes = ['invalid-tenant-id'];

/** Of each change of a tenant that there is. KMS may have lost its key, or hold one that is not the tenant's. */
const change: Codes = [
  ...tenantPath,
  ...body,
  'tenant-not-found',
  'tenant-provisioning',
  'tenant-offboarding',
  'tenant-erased',
  'tenant-busy',
  'key-missing',
  'key-mismatch',
  'key-unusable',
  'key-store-unavailable',
];

/** KMS refuses to change the rotation of a key that is disabled. */
const keyChange: Codes = [...change, 'tenant-suspended', 'key-administered-by-tenant'];

/**
 * Of the data plane. An erased tenant is one that never was; and a path with another id than the token's is a 403,
 * whether it is a tenant id or not.
 */
const keyUse: Codes = [
  ...body,
  'tenant-not-found',
  'tenant-suspended',
  'tenant-offboarding',
  'key-unusable',
  'key-revoked-by-tenant',
  'key-not-ready',
  'key-store-unavailable',
];
const eitherForm: Codes = ['not-acceptable'];

const own: Readonly<Record<Operation, Codes>> = {
  onboard: [
    ...tenantPath,
    ...body,
    'key-store-not-configured',
    'external-key-refused',
    'tenant-exists',
    'tenant-erased',
    'alias-taken',
    'key-mismatch',
    'key-unusable',
    'key-not-ready',
    'key-store-unavailable',
  ],
  externalAccount: [...tenantPath, 'key-store-not-configured'],
  read: [...tenantPath, 'tenant-not-found', 'key-store-unavailable'],
  update: [
    ...tenantPath,
    ...body,
    'tenant-not-found',
    'tenant-provisioning',
    'tenant-erased',
    'tenant-busy',
  ],
  list: ['invalid-cursor'],
  suspend: change,
  resume: change,
  restore: [...change, 'tenant-suspended'],
  offboard: [...change, 'key-recently-used'],
  setRotation: keyChange,
  listRotations: [
    ...tenantPath,
    'invalid-cursor',
    'tenant-not-found',
    'tenant-provisioning',
    'tenant-erased',
    'key-missing',
    'key-administered-by-tenant',
    'key-store-unavailable',
  ],
  rotate: [...keyChange, 'rotation-limit-reached', 'rotation-in-progress', 'rotation-unconfirmed'],
  changeKeyStore: [
    ...keyChange,
    'key-store-not-configured',
    'external-key-refused',
    'tenant-declared',
    'key-store-changing',
    'alias-taken',
    'key-not-ready',
  ],
  endPreviousKey: [
    ...change,
    'key-store-changing',
    'no-previous-key',
    'mac-keys-left',
    'key-recently-used',
  ],
  restorePreviousKey: [...keyChange, 'no-previous-key'],
  listKeyStores: [],
  // The key of both is the one that signs.
  erasureCertificate: [
    ...tenantPath,
    'tenant-not-found',
    'tenant-not-erased',
    'key-unusable',
    'key-store-unavailable',
  ],
  certificateKey: ['key-unusable'],
  encrypt: [...keyUse, ...eitherForm, 'mode-needs-aws-kms'],
  decrypt: [...keyUse, ...eitherForm, 'decryption-failed'],
  reencrypt: [...keyUse, ...eitherForm, 'decryption-failed'],
  encryptBatch: [...keyUse, 'too-many-kms-calls'],
  decryptBatch: [...keyUse, 'too-many-kms-calls', 'mode-needs-aws-kms'],
  reencryptBatch: [...keyUse, 'too-many-kms-calls', 'mode-needs-aws-kms'],
  inspect: [...keyUse, 'decryption-failed'],
  generateDataKey: keyUse,
  decryptDataKey: [...keyUse, 'decryption-failed'],
  mac: [...keyUse, 'too-many-purposes'],
  macBatch: [...keyUse, 'too-many-purposes', 'too-many-kms-calls'],
  setMacVersions: [...keyUse, 'too-many-purposes', 'mac-versions-differ'],
  rewrapMacKeys: keyUse,
  listEvents: [...tenantPath, ...eitherForm, 'invalid-cursor'],
  listAllEvents: [...eitherForm, 'invalid-cursor'],
};

export const problemsOf = (operation: Operation): Codes => [...everywhere, ...own[operation]];

/** Of an item of a batch whose other items are answered all the same. */
export const itemProblems: Codes = ['bad-request', 'decryption-failed', 'too-large'];
