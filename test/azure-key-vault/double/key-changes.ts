/** A key made, and a version of one changed. */
import type { KeptKey, KeyVersion } from './kept-keys.ts';
import { type Call, jsonOf } from './serve.ts';
import { type VaultParts, vaultRefusal } from './vault-parts.ts';

const allOperations = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'];

interface Wanted {
  readonly kty?: unknown;
  readonly key_size?: unknown;
  readonly key_ops?: readonly string[];
  readonly attributes?: {
    readonly enabled?: boolean;
    readonly nbf?: number;
    readonly exp?: number;
    readonly exportable?: boolean;
  };
  readonly tags?: Readonly<Record<string, string>>;
}

/** Where there is a key of that name it gets a version more. */
export async function createKey(
  parts: VaultParts,
  name: string,
  call: Call,
): Promise<[KeptKey, KeyVersion]> {
  const {
    kty,
    key_size: size = 2048,
    key_ops: keyOps = allOperations,
    attributes,
    tags = {},
  } = jsonOf(call, 'BadParameter') as Wanted;
  if (!/^[0-9a-z-]{1,127}$/i.test(name))
    throw vaultRefusal(400, 'BadParameter', `The request URI contains an invalid name: ${name}`);
  if (kty !== 'RSA' && kty !== 'RSA-HSM')
    throw vaultRefusal(400, 'BadParameter', `Property kty has invalid value ${kty}`);
  if (size !== 2048 && size !== 3072 && size !== 4096)
    throw vaultRefusal(400, 'BadParameter', `Property key_size has invalid value ${size}`);
  const found = await parts.keys.find(name);
  requireFree(name, found);
  const key = found ?? parts.keys.add(name);
  const exportable = attributes?.exportable ?? false;
  if (exportable)
    throw vaultRefusal(400, 'BadParameter', 'Exportable keys must have release policy.');
  const version = await parts.keys.newVersion(key, { kty, size, keyOps, tags, exportable });
  return [key, change(parts, version, attributes)];
}

function requireFree(name: string, key: KeptKey | undefined): void {
  if (key?.busy !== undefined) {
    const [words, inner] =
      key.busy.with === 'delete'
        ? ['deleted', 'ObjectIsBeingDeleted']
        : ['recovered', 'ObjectIsBeingRecovered'];
    throw vaultRefusal(409, 'Conflict', `Key is currently being ${words}.`, inner);
  }
  if (key?.deleted === undefined) return;
  throw vaultRefusal(
    409,
    'Conflict',
    `Key ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged.`,
    'ObjectIsDeletedButRecoverable',
  );
}

function change(
  { now }: VaultParts,
  version: KeyVersion,
  attributes: Wanted['attributes'],
): KeyVersion {
  const { enabled = version.enabled, nbf = version.nbf, exp = version.exp } = attributes ?? {};
  return Object.assign(version, { enabled, nbf, exp, updatedMs: now() });
}

export function updateKey(parts: VaultParts, version: KeyVersion, call: Call): KeyVersion {
  const { attributes, key_ops: keyOps, tags } = jsonOf(call, 'BadParameter') as Wanted;
  if (keyOps !== undefined) version.keyOps = keyOps;
  if (tags !== undefined) version.tags = tags;
  return change(parts, version, attributes);
}
