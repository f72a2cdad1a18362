/**
 * A tenant's data keys, lent out of a cache. Invariant: a data key is used again only for the same tenant, key
 * and exact context, and, to open a message, for exactly the same wrapped bytes: the key store has said yes to
 * just this question, at most the cache's age ago. No two questions have the same id.
 */
import { hash } from 'node:crypto';
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { requestStats } from '../observability/request-stats.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import type { Wrapping } from './keyring.ts';
import type { DataKey } from './message/message-cipher.ts';

/** Lends data keys: what is lent may be zeroed as soon as `use` returns. */
export interface DataKeys {
  /** @throws what the key store throws, and what `use` throws */
  toSeal<T>(context: EncryptionContext, use: (key: DataKey) => T): Promise<T>;
  toOpen<T>(
    wrapped: EncryptedDataKey,
    context: EncryptionContext,
    use: (dataKey: Uint8Array) => T,
  ): Promise<T>;
  owns(wrapped: EncryptedDataKey): boolean;
}

export interface CacheScope {
  readonly tenantId: string;
  /** of the key that wraps */
  readonly keyArn: string;
  /** of the message to encrypt; where it is not given, encryption asks for a data key of its own */
  readonly plaintextBytes?: number;
}

const none = new Uint8Array();

export function cachedDataKeys(
  wrapping: Wrapping,
  cache: DataKeyCache,
  { tenantId, keyArn, plaintextBytes = Number.POSITIVE_INFINITY }: CacheScope,
): DataKeys {
  return {
    toSeal: (context, use) =>
      cache.use(
        {
          id: idOf(['encrypt', tenantId, keyArn, ...pairsOf(context)]),
          tenantId,
          spends: { messages: 1, bytes: plaintextBytes },
          call: async () => named(await wrapping.generate(context)),
        },
        (key) => use(noted(key)),
      ),
    toOpen: (wrapped, context, use) =>
      cache.use(
        {
          id: idOf(['decrypt', tenantId, keyArn, ...partsOf(wrapped), ...pairsOf(context)]),
          tenantId,
          spends: { messages: 0, bytes: 0 },
          call: async () => named({ ...(await wrapping.unwrap(wrapped, context)), wrapped }),
        },
        (key) => use(noted(key).plaintext),
      ),
    owns: (wrapped) => wrapping.owns(wrapped),
  };
}

type Wrapped = Pick<DataKey, 'wrapped'> & { readonly requestId: string };

const named = <K extends Wrapped>(key: K) => ({
  ...key,
  id: dataKeyIdOf(key.wrapped.encryptedDataKey),
});

/** Whoever uses a data key again says which call of the key store gave it. */
function noted<K extends Wrapped & { readonly id: string }>(key: K): K {
  requestStats()?.addKmsCall(key.requestId, key.id);
  return key;
}

/**
 * The same for whoever wraps and opens with a data key, since all hold the same wrapped bytes; and those it does
 * not tell: a hash, cut to 128 bits.
 */
export const dataKeyIdOf = (wrapped: Uint8Array): string => hash('sha256', wrapped).slice(0, 32);

const pairsOf = (context: EncryptionContext): string[] =>
  Object.keys(context)
    .sort()
    .flatMap((name) => [name, context[name] as string]);

/** `providerInfo` is a text, for which the bytes that are no text are all alike; `rawInfo` has the bytes. */
const partsOf = (wrapped: EncryptedDataKey): string[] => [
  wrapped.providerId,
  wrapped.providerInfo,
  Buffer.from(wrapped.rawInfo ?? none).toString('base64'),
  Buffer.from(wrapped.encryptedDataKey).toString('base64'),
];

/**
 * Each part behind its length, so that none can run into the next. UTF-16, since UTF-8 has one spelling for
 * all lone surrogates.
 *
 * @returns the same for the same parts only
 */
export const idOf = (parts: readonly string[]): string =>
  hash('sha256', Buffer.from(parts.map((part) => `${part.length}:${part}`).join(''), 'utf16le'));
