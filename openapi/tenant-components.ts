/** The named schemas of tenants and their keys. */
import { keyUse } from '../contract/key-use.ts';
import { onDemandRotation } from '../contract/on-demand-rotation.ts';
import { tenantId } from '../contract/tenant-id.ts';
import { tenantStatus } from '../contract/tenant-status.ts';
import * as tenants from '../contract/tenants.ts';
import { type Component, text, time } from './component.ts';

export const ofTenant = text('The tenant.');
export const keyArn = text("ARN of the tenant's KMS key; absent where the key is not in KMS.");
export const keyName = text('Of a key that is not in KMS, as its store and messages name it.');
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
};
