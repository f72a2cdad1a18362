/**
 * Lets days go by for a tenant's key in a development server, so that one sees the window of its deletion end. Nothing sets
 * the time of a version but a backup that was changed, and only an administrator of the server can have it taken back.
 */
import type { VaultServer } from './vault-setup.ts';

interface Version {
  time: string;
  /** seconds of the epoch */
  creation_time: number;
}

interface Backup {
  readonly policy: Record<string, unknown> & { readonly keys: Readonly<Record<string, Version>> };
  readonly archived_keys: { readonly keys: readonly Version[] };
}

/**
 * @param from the first version that becomes older: by the time of version 1 the product knows the key
 * @throws Error where the server refuses
 */
export async function passDaysForKey(
  { address, token }: Pick<VaultServer, 'address' | 'token'>,
  tenantId: string,
  days: number,
  from = 2,
): Promise<void> {
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(new URL(`/v1/tenant-keys/${path}`, address), {
      method,
      headers: { 'X-Vault-Token': token },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text).data;
  };
  const config = `keys/${tenantId}/config`;
  await send('POST', config, { exportable: true, allow_plaintext_backup: true });
  const { backup } = await send('GET', `backup/${tenantId}`);
  const older = olderBackup(JSON.parse(Buffer.from(backup, 'base64').toString()), days, from);
  await send('POST', `restore/${tenantId}`, {
    backup: Buffer.from(JSON.stringify(older)).toString('base64'),
    force: true,
  });
}

/** The key is as the product makes one again, but for the times. */
function olderBackup({ policy, archived_keys }: Backup, days: number, from: number): Backup {
  for (const [number, version] of Object.entries(policy.keys)) {
    if (Number(number) < from) continue;
    const seconds = version.creation_time - days * 86_400;
    for (const one of [version, archived_keys.keys[Number(number)]])
      if (one !== undefined)
        Object.assign(one, {
          creation_time: seconds,
          time: new Date(seconds * 1000).toISOString(),
        });
  }
  return { policy: { ...policy, exportable: false, allow_plaintext_backup: false }, archived_keys };
}
