/** The names of key stores, for those who type them (`contract/key-stores.ts`; a test holds the two together). */
import type { KeyStoreName } from '../tenant-keys.ts';

export const keyStoreNames = [
  'aws-kms',
  'vault',
  'azure-key-vault',
  'aws-kms-external',
] as const satisfies readonly KeyStoreName[];

export const isKeyStoreName = (text: string | undefined): text is KeyStoreName =>
  (keyStoreNames as readonly (string | undefined)[]).includes(text);
