/** A key as the vault shows it. Times are seconds. */
import type { KeptKey, KeyVersion } from './kept-keys.ts';
import type { VaultParts } from './vault-parts.ts';

const seconds = (ms: number) => Math.floor(ms / 1000);

const idOf = ({ url }: VaultParts, { name }: KeptKey, version?: KeyVersion) =>
  `${url()}/keys/${name}${version === undefined ? '' : `/${version.id}`}`;

function attributesOf({ settings }: VaultParts, version: KeyVersion) {
  const { enabled, nbf, exp, createdMs, updatedMs, exportable } = version;
  return {
    enabled,
    ...(nbf !== undefined && { nbf }),
    ...(exp !== undefined && { exp }),
    created: seconds(createdMs),
    updated: seconds(updatedMs),
    recoveryLevel: settings.purgeProtection ? 'Recoverable' : 'Recoverable+Purgeable',
    recoverableDays: settings.retentionDays,
    exportable,
    hsmPlatform: version.kty === 'RSA-HSM' ? '2' : '0',
  };
}

export function keyBundle(parts: VaultParts, key: KeptKey, version: KeyVersion): object {
  const { n, e } = version.publicKey.export({ format: 'jwk' });
  return {
    key: { kid: idOf(parts, key, version), kty: version.kty, key_ops: version.keyOps, n, e },
    attributes: attributesOf(parts, version),
    tags: version.tags,
  };
}

export function keyItem(
  parts: VaultParts,
  key: KeptKey,
  version: KeyVersion,
  id?: 'without version',
): object {
  const kid = idOf(parts, key, id === undefined ? version : undefined);
  return { kid, attributes: attributesOf(parts, version), tags: version.tags };
}

export function deletedKeyBundle(parts: VaultParts, key: KeptKey, kind?: 'item'): object {
  const { atMs = 0, purgeMs = 0 } = key.deleted ?? {};
  const newest = key.versions.at(-1) as KeyVersion;
  return {
    recoveryId: `${parts.url()}/deletedkeys/${key.name}`,
    deletedDate: seconds(atMs),
    scheduledPurgeDate: seconds(purgeMs),
    ...(kind === undefined && keyBundle(parts, key, newest)),
  };
}
