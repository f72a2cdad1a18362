/** Everything that somebody may ask of one key. */
import type { Request } from './attempts.ts';

export type Requests = Readonly<Record<string, Request>>;

const bytes = Buffer.from('bytes').toString('base64');
export const associatedData = { associated_data: bytes };

/** What a tenant's session may do with its own key. */
export const uses = (transit: string, key: string, ciphertext = 'vault:v1:'): Requests => ({
  'datakey/plaintext': ['POST', `${transit}/datakey/plaintext/${key}`, associatedData],
  'datakey/wrapped': ['POST', `${transit}/datakey/wrapped/${key}`, associatedData],
  encrypt: ['POST', `${transit}/encrypt/${key}`, { plaintext: bytes, ...associatedData }],
  decrypt: ['POST', `${transit}/decrypt/${key}`, { ciphertext, ...associatedData }],
});

/** The same without what binds the encryption context: not even with its own key. */
export const unboundUses = (transit: string, key: string, ciphertext: string): Requests => ({
  ...Object.fromEntries(
    Object.entries(uses(transit, key, ciphertext)).map(([name, [method, path, body]]) => [
      `${name} without associated data`,
      [method, path, { ...body, associated_data: undefined }],
    ]),
  ),
  'decrypt a batch': [
    'POST',
    `${transit}/decrypt/${key}`,
    { batch_input: [{ ciphertext }], ...associatedData },
  ],
  'encrypt a batch': [
    'POST',
    `${transit}/encrypt/${key}`,
    { batch_input: [{ plaintext: bytes }], ...associatedData },
  ],
  'data keys of another length': [
    'POST',
    `${transit}/datakey/plaintext/${key}`,
    { bits: 128, ...associatedData },
  ],
});

/** What a tenant's session may do with no key at all. */
export const administration = (transit: string, key: string, ciphertext: string): Requests => ({
  rewrap: ['POST', `${transit}/rewrap/${key}`, { ciphertext }],
  hmac: ['POST', `${transit}/hmac/${key}`, { input: bytes }],
  'read the key': ['GET', `${transit}/keys/${key}`],
  'make the key': ['POST', `${transit}/keys/${key}`, { type: 'aes256-gcm96' }],
  'export the key': ['GET', `${transit}/export/encryption-key/${key}`],
  'back up the key': ['GET', `${transit}/backup/${key}`],
  'restore a key': ['POST', `${transit}/restore/${key}`, { backup: bytes }],
  'import key material': ['POST', `${transit}/keys/${key}/import`, { ciphertext }],
  'trim the key': ['POST', `${transit}/keys/${key}/trim`, { min_available_version: 1 }],
  'rotate the key': ['POST', `${transit}/keys/${key}/rotate`, {}],
  'allow the deletion': ['POST', `${transit}/keys/${key}/config`, { deletion_allowed: true }],
  'call off the deletion': [
    'POST',
    `${transit}/keys/${key}/config`,
    { min_encryption_version: '0' },
  ],
  'delete the key': ['DELETE', `${transit}/keys/${key}`],
});
