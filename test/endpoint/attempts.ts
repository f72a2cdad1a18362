/** What a principal tries with a tenant's key or row. */
import type { Clients } from './clients.ts';
import type { Identities } from './identities.ts';
import { idOf } from './tenant-key.ts';

export type Principal = (identities: Identities) => Clients;

export const tenant: Principal = (identities) => identities.tenant;
export const neighbour: Principal = (identities) => identities.neighbour;
export const dataPlane: Principal = (identities) => identities.dataPlane;
export const sessionBroker: Principal = (identities) => identities.sessionBroker;
export const controlPlane: Principal = (identities) => identities.controlPlane;
export const administrator: Principal = (identities) => identities.administrator;

export interface Attempt {
  readonly make: (clients: Clients, identities: Identities) => Promise<unknown>;
  /** a principal that may do it; absent where none may, or where it would end the key */
  readonly allowedTo?: Principal;
}

export type Attempts = Readonly<Record<string, Attempt>>;

export const cryptography: Attempts = {
  Encrypt: {
    allowedTo: tenant,
    make: ({ kms }, { tenant: { keyArn, tenantId } }) =>
      kms.encrypt({
        KeyId: keyArn,
        Plaintext: Buffer.from('x'),
        EncryptionContext: { TenantId: tenantId },
      }),
  },
  Decrypt: {
    allowedTo: tenant,
    make: ({ kms }, { tenant: { ciphertext, tenantId } }) =>
      kms.decrypt({ CiphertextBlob: ciphertext, EncryptionContext: { TenantId: tenantId } }),
  },
  GenerateDataKey: {
    allowedTo: tenant,
    make: ({ kms }, { tenant: { keyArn, tenantId } }) =>
      kms.generateDataKey({
        KeyId: keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: { TenantId: tenantId },
      }),
  },
};

/** What would lead to the key in the end. If it succeeds, the key stays as it is, but for a tag. */
export const administration: Attempts = {
  DescribeKey: {
    allowedTo: administrator,
    make: ({ kms }, { tenant: { keyArn } }) => kms.describeKey({ KeyId: keyArn }),
  },
  PutKeyPolicy: {
    allowedTo: administrator,
    make: ({ kms }, { tenant: { keyArn }, keyPolicy }) =>
      kms.putKeyPolicy({ KeyId: keyArn, PolicyName: 'default', Policy: keyPolicy }),
  },
  TagResource: {
    allowedTo: administrator,
    make: ({ kms }, { tenant: { keyArn } }) =>
      kms.tagResource({ KeyId: keyArn, Tags: [{ TagKey: 'Note', TagValue: 'x' }] }),
  },
};

export const grant: Attempt = {
  make: ({ kms }, { tenant: { keyArn }, tenantRoleArn }) =>
    kms.createGrant({ KeyId: keyArn, GranteePrincipal: tenantRoleArn, Operations: ['Decrypt'] }),
};

export const deletion: Attempt = {
  make: ({ kms }, { tenant: { keyArn } }) =>
    kms.scheduleKeyDeletion({ KeyId: idOf(keyArn), PendingWindowInDays: 7 }),
};

export const readRow: Attempt = {
  allowedTo: tenant,
  make: ({ dynamodb }, { tableName, tenant: { tenantId } }) =>
    dynamodb.getItem({ TableName: tableName, Key: { tenantId: { S: tenantId } } }),
};

export const scan: Attempt = {
  allowedTo: controlPlane,
  make: ({ dynamodb }, { tableName }) => dynamodb.scan({ TableName: tableName }),
};
