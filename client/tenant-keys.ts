/** `@tenant-keys/client`: what the package gives. */
export type { DataKey, DataKeySource, EncryptionContext } from './data-key-source.ts';
export { MessageError, RecordError, TenantKeysError, UsageError } from './errors.ts';
