/** What the vault does once the caller may: a file for each kind of operation, chosen here. */

import type { KeptKey, KeyVersion } from './kept-keys.ts';
import { deletedKeyBundle, keyBundle, keyItem } from './key-bundles.ts';
import { createKey, updateKey } from './key-changes.ts';
import { cryptography } from './key-cryptography.ts';
import { rotationPolicy } from './key-rotation-policy.ts';
import type { Answer, Call } from './serve.ts';
import { type Operation, type VaultParts, vaultRefusal } from './vault-parts.ts';

export async function keyOperation(
  parts: VaultParts,
  operation: Operation,
  call: Call,
): Promise<Answer> {
  const { verb, collection, key: name } = operation;
  if (name === undefined) return list(parts, collection);
  if (collection === 'deletedkeys') return onDeleted(parts, verb, name);
  if (verb === 'create') return ok(keyBundle(parts, ...(await createKey(parts, name, call))));
  const key = await currentKey(parts, name);
  if (verb.endsWith('rotationpolicy')) return rotationPolicy(parts, key, call);
  if (verb === 'versions')
    return ok({ value: key.versions.map((one) => keyItem(parts, key, one)), nextLink: null });
  if (verb === 'delete') return deleteKey(parts, key);
  const version = versionOf(key, operation.version);
  if (verb === 'get') return ok(keyBundle(parts, key, version));
  if (verb === 'update') return ok(keyBundle(parts, key, updateKey(parts, version, call)));
  if (verb === 'rotate')
    return ok(keyBundle(parts, key, await parts.keys.newVersion(key, version)));
  return cryptography(parts, key, version, verb, call);
}

const ok = (body: object): Answer => ({ status: 200, body });

async function list(parts: VaultParts, collection: string): Promise<Answer> {
  const isDeleted = collection === 'deletedkeys';
  const keys = (await parts.keys.all()).filter(
    ({ deleted, busy }) => busy === undefined && (deleted !== undefined) === isDeleted,
  );
  const value = keys.map((key) => {
    const item = keyItem(parts, key, key.versions.at(-1) as KeyVersion, 'without version');
    return isDeleted ? { ...item, ...deletedKeyBundle(parts, key, 'item') } : item;
  });
  return ok({ value, nextLink: null });
}

/** @throws Refusal 404 also while a deletion or a recovery is at work */
async function currentKey({ keys }: VaultParts, name: string): Promise<KeptKey> {
  const key = await keys.find(name);
  if (key !== undefined && key.deleted === undefined && key.busy === undefined) return key;
  throw notFound(name);
}

const notFound = (name: string) =>
  vaultRefusal(
    404,
    'KeyNotFound',
    `A key with (name/id) ${name} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );

/** The newest where none is named. */
function versionOf(key: KeptKey, id = ''): KeyVersion {
  const version =
    id === '' ? key.versions.at(-1) : key.versions.find((one) => one.id === id.toLowerCase());
  if (version === undefined) throw notFound(`${key.name}/${id}`);
  return version;
}

function deleteKey(parts: VaultParts, key: KeptKey): Answer {
  const { now, settings } = parts;
  key.deleted = { atMs: now(), purgeMs: now() + settings.retentionDays * 86_400_000 };
  if (settings.transitionMs > 0)
    key.busy = { with: 'delete', untilMs: now() + settings.transitionMs };
  return ok(deletedKeyBundle(parts, key));
}

async function onDeleted(parts: VaultParts, verb: string, name: string): Promise<Answer> {
  const { keys, now, settings } = parts;
  const key = await keys.find(name);
  if (key?.busy?.with === 'delete' && verb !== 'get')
    throw vaultRefusal(409, 'Conflict', 'Key is currently being deleted.', 'ObjectIsBeingDeleted');
  if (key?.deleted === undefined || key.busy !== undefined)
    throw vaultRefusal(404, 'KeyNotFound', `Deleted Key not found: ${name}`);
  if (verb === 'get') return ok(deletedKeyBundle(parts, key));
  if (verb === 'purge') {
    if (settings.purgeProtection)
      throw vaultRefusal(
        403,
        'Forbidden',
        'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge it after the retention period has passed.',
      );
    keys.forget(name);
    return { status: 204 };
  }
  key.deleted = undefined;
  if (settings.transitionMs > 0)
    key.busy = { with: 'recover', untilMs: now() + settings.transitionMs };
  return ok(keyBundle(parts, key, key.versions.at(-1) as KeyVersion));
}
