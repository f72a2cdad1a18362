/**
 * A tenant's wrapping with a cache before it. Invariant: a data key is used again only for the same tenant,
 * key, suite and exact context, and, to open a message, for exactly the same wrapped bytes: the key store has
 * said yes to just this question, at most the cache's age ago. No two questions have the same id.
 */
import { hash } from 'node:crypto';
import {
  type EncryptedDataKey,
  KeyringNode,
  type KeyringTrace,
  NodeDecryptionMaterial,
  NodeEncryptionMaterial,
  unwrapDataKey,
} from '@aws-crypto/material-management-node';
import type { DataKey, DataKeyCache } from './data-key-cache.ts';
import type { Wrapping } from './wrapping.ts';

export interface CacheScope {
  readonly tenantId: string;
  /** of the key that wraps */
  readonly keyArn: string;
  /** of the message to encrypt; where it is not given, encryption asks for a data key of its own */
  readonly plaintextBytes?: number;
}

type Material = NodeEncryptionMaterial | NodeDecryptionMaterial;

interface CachedKey extends DataKey {
  readonly wrapped: readonly EncryptedDataKey[];
  /** first who made the data key known, then who wrapped it */
  readonly traces: readonly KeyringTrace[];
}

const neverShared = Number.POSITIVE_INFINITY;
const none = new Uint8Array();

export const cachedWrapping = (
  wrapping: Wrapping,
  cache: DataKeyCache,
  scope: CacheScope,
): Wrapping => ({
  keyring: new CachedKeyring(wrapping.keyring, cache, scope),
  owns: (key) => wrapping.owns(key),
});

class CachedKeyring extends KeyringNode {
  readonly #keyring: KeyringNode;
  readonly #cache: DataKeyCache;
  readonly #scope: CacheScope;

  constructor(keyring: KeyringNode, cache: DataKeyCache, scope: CacheScope) {
    super();
    this.#keyring = keyring;
    this.#cache = cache;
    this.#scope = scope;
  }

  async _onEncrypt(material: NodeEncryptionMaterial): Promise<NodeEncryptionMaterial> {
    const { suite, encryptionContext } = material;
    const { tenantId, plaintextBytes = neverShared } = this.#scope;
    await this.#cache.use(
      {
        id: this.#id('encrypt', material, []),
        tenantId,
        // The SDK's mark for suites that derive a key for each message.
        spends: { messages: 1, bytes: suite.cacheSafe ? plaintextBytes : neverShared },
        call: async () => {
          const made = new NodeEncryptionMaterial(suite, encryptionContext);
          return taken(await this.#keyring.onEncrypt(made), made.encryptedDataKeys);
        },
      },
      (key) => give(key, material),
    );
    return material;
  }

  async _onDecrypt(
    material: NodeDecryptionMaterial,
    wrapped: EncryptedDataKey[],
  ): Promise<NodeDecryptionMaterial> {
    const { suite, encryptionContext } = material;
    await this.#cache.use(
      {
        id: this.#id('decrypt', material, wrapped),
        tenantId: this.#scope.tenantId,
        spends: { messages: 0, bytes: suite.cacheSafe ? 0 : neverShared },
        call: async () => {
          const opened = new NodeDecryptionMaterial(suite, encryptionContext);
          return taken(await this.#keyring.onDecrypt(opened, wrapped), []);
        },
      },
      (key) => give(key, material),
    );
    return material;
  }

  #id(use: string, { suite, encryptionContext }: Material, wrapped: EncryptedDataKey[]): string {
    const { tenantId, keyArn } = this.#scope;
    const pairs = Object.keys(encryptionContext)
      .sort()
      .flatMap((name) => [name, encryptionContext[name] as string]);
    // `providerInfo` is a text, for which the bytes that are no text are all alike; `rawInfo` has the bytes.
    const keys = wrapped.flatMap(
      ({ providerId, providerInfo, rawInfo = none, encryptedDataKey }) => [
        providerId,
        providerInfo,
        Buffer.from(rawInfo).toString('base64'),
        Buffer.from(encryptedDataKey).toString('base64'),
      ],
    );
    return idOf([use, tenantId, keyArn, `${suite.id}`, `${wrapped.length}`, ...keys, ...pairs]);
  }
}

/**
 * Each part behind its length, so that none can run into the next. UTF-16, since UTF-8 has one spelling for
 * all lone surrogates.
 *
 * @returns the same for the same parts only
 */
export const idOf = (parts: readonly string[]): string =>
  hash('sha256', Buffer.from(parts.map((part) => `${part.length}:${part}`).join(''), 'utf16le'));

/** @returns the data key in a buffer that is the cache's alone */
function taken(material: Material, wrapped: readonly EncryptedDataKey[]): CachedKey {
  // The SDK keeps it as a key object, which gives out a copy at each call.
  const plaintext = unwrapDataKey(material.getUnencryptedDataKey());
  const traces = [...material.keyringTrace];
  material.zeroUnencryptedDataKey();
  return { plaintext, wrapped, traces };
}

function give({ plaintext, wrapped, traces }: CachedKey, material: Material): void {
  const [known, ...wrappings] = traces;
  // Once it has made its key object, the SDK zeroes the copy that it is given.
  material.setUnencryptedDataKey(new Uint8Array(plaintext), known as KeyringTrace);
  if (material instanceof NodeDecryptionMaterial) return;
  wrapped.forEach((key, at) => {
    material.addEncryptedDataKey(key, (wrappings[at] as KeyringTrace).flags);
  });
}
