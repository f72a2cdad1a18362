/**
 * A tenant's data keys, out of a cache in front of the keyring. Invariant: a data key is reused only for the same
 * tenant, key and exact context, and to decrypt a message only for exactly the same wrapped bytes: the key store
 * has allowed just this, no longer ago than the cache's age. No two different uses have the same id.
 */
import { hash } from 'node:crypto';
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import type { DataKey } from '../key-stores/data-key.ts';
import {
  type Keyring,
  type KeyStoreCall,
  KeyStoreFailure,
  type UnwrappedDataKey,
} from '../key-stores/keyring.ts';
import { requestStats } from '../observability/request-stats.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import type { CachedKey, DataKeyRequest, DataKeys } from './data-key-request.ts';

export interface CachedKeyring {
  readonly tenantId: string;
  readonly keyring: Keyring;
  readonly cache: DataKeyCache;
  /** of the tenant's key, where it was rotated on demand: see `data-key-cache.ts` */
  readonly supersededMaterialId?: string | undefined;
}

/** Which data key is wanted, and what is done with it. */
export interface DataKeyUse<T> {
  readonly request: DataKeyRequest<CachedKey>;
  /** @throws what the keyring throws, and what the use of the data key throws */
  run(keys: DataKeys): Promise<T>;
}

/**
 * @param plaintextBytes of the message; Infinity for a data key that no other message gets
 * @param use is lent the data key, whose bytes may be zeroed as soon as `use` returns
 */
export const encryptionKeyUse = <T>(
  { tenantId, keyring, supersededMaterialId }: CachedKeyring,
  context: EncryptionContext,
  plaintextBytes: number,
  use: (dataKey: DataKey & KeyStoreCall) => T,
): DataKeyUse<T> =>
  useOf(
    {
      // Who knows of another rotation finds none of the data keys from before that.
      id: idOf([
        'encrypt',
        tenantId,
        keyring.keyName,
        supersededMaterialId ?? '',
        ...pairsOf(context),
      ]),
      tenantId,
      spends: { messages: 1, bytes: plaintextBytes },
      supersededMaterialId,
      call: async () => withId(await keyring.generateDataKey(context)),
    },
    use,
    keyring.requireAccess,
  );

/**
 * @param wrapped that the keyring owns
 * @param use as in `encryptionKeyUse`
 */
export const decryptionKeyUse = <T>(
  { tenantId, keyring }: CachedKeyring,
  wrapped: EncryptedDataKey,
  context: EncryptionContext,
  use: (dataKey: UnwrappedDataKey) => T,
): DataKeyUse<T> =>
  useOf(
    {
      id: idOf(['decrypt', tenantId, keyring.keyName, ...partsOf(wrapped), ...pairsOf(context)]),
      tenantId,
      spends: { messages: 0, bytes: 0 },
      call: async () => withId({ ...(await keyring.unwrapDataKey(wrapped, context)), wrapped }),
    },
    use,
    keyring.requireAccess && unwrappingAccess(keyring, wrapped),
  );

/** As of a data key that is not in memory: a refusal is none of the bytes. */
const unwrappingAccess = (keyring: Keyring, wrapped: EncryptedDataKey) => async () =>
  keyring.requireAccess?.(wrapped).catch((error: unknown) => {
    throw new KeyStoreFailure(error);
  });

const useOf = <K extends CachedKey & { readonly id: string; readonly requestId: string }, T>(
  request: DataKeyRequest<K>,
  use: (dataKey: K) => T,
  requireAccess?: () => Promise<void>,
): DataKeyUse<T> => ({
  request,
  run(keys) {
    const used = () => keys.use(request, (dataKey) => use(noted(dataKey)));
    return requireAccess === undefined ? used() : requireAccess().then(used);
  },
});

const withId = <K extends { readonly wrapped: EncryptedDataKey }>(dataKey: K) => ({
  ...dataKey,
  id: dataKeyIdOf(dataKey.wrapped.encryptedDataKey),
});

/** A request that reuses a data key rests on the call of the key store that once gave it. */
function noted<K extends { readonly id: string; readonly requestId: string }>(dataKey: K): K {
  requestStats()?.addKmsCall(dataKey.requestId, dataKey.id);
  return dataKey;
}

/**
 * The same wherever a data key encrypts or decrypts, since every message has the same wrapped bytes, and for no other
 * data key. It tells nothing of these bytes: a hash, cut to 128 bits.
 */
export const dataKeyIdOf = (wrapped: Uint8Array): string => hash('sha256', wrapped).slice(0, 32);

const pairsOf = (context: EncryptionContext): string[] =>
  Object.keys(context)
    .sort()
    .flatMap((name) => [name, context[name] as string]);

const none = new Uint8Array();

/** `providerInfo` is a text, in which all bytes that are not UTF-8 look the same; `rawInfo` has the bytes. */
const partsOf = (wrapped: EncryptedDataKey): string[] => [
  wrapped.providerId,
  wrapped.providerInfo,
  Buffer.from(wrapped.rawInfo ?? none).toString('base64'),
  Buffer.from(wrapped.encryptedDataKey).toString('base64'),
];

/**
 * Each part follows its length, so that the parts cannot be divided in another way. UTF-16, since UTF-8 writes all
 * lone surrogates alike.
 *
 * @returns the same for the same parts only
 */
export const idOf = (parts: readonly string[]): string =>
  hash('sha256', Buffer.from(parts.map((part) => `${part.length}:${part}`).join(''), 'utf16le'));
