/** A key of the transit engine, as the product makes one and as the engine shows one. */
import * as z from 'zod/mini';
import type { KeyVersion } from '../version-page.ts';
import { readPath, type VaultSend } from './vault-requests.ts';

const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;

/** The engine's answer. Times are in seconds, of the epoch and of periods. */
const transitKey = z.object({
  type: z.string(),
  derived: z.boolean(),
  exportable: z.boolean(),
  allow_plaintext_backup: z.boolean(),
  deletion_allowed: z.boolean(),
  imported_key: z._default(z.boolean(), false),
  /** OpenBao's, whose soft-deleted keys can be neither used nor changed */
  soft_deleted: z._default(z.boolean(), false),
  min_decryption_version: z.int(),
  /** 0: any version encrypts. A number is the mark of a deletion: vault-deletion.ts */
  min_encryption_version: z._default(z.int(), 0),
  min_available_version: z._default(z.int(), 0),
  latest_version: z.int(),
  auto_rotate_period: z.int(),
  /** when each version was made, by its number; those that may not be used any more are not listed */
  keys: z.record(z.string(), z.int()),
});
export type TransitKey = z.output<typeof transitKey>;

/** What the control plane's policy allows in the request, and whoever reads a key compares. */
const asMade = {
  type: 'aes256-gcm96',
  derived: false,
  exportable: false,
  allow_plaintext_backup: false,
} as const;

export const newKeyRequest = (rotationPeriodInDays: number) => ({
  ...asMade,
  ...rotationRequest(rotationPeriodInDays),
});

/** Vault's durations have no days. */
export const rotationRequest = (days: number) => ({ auto_rotate_period: `${days * 24}h` });

/** @param version the newest of the key; 0 takes the mark away: the control plane's policy allows that text and no other */
export const deletionMarkRequest = (version: number) => ({ min_encryption_version: `${version}` });

/** @returns undefined where there is none of that name */
export async function readTransitKey(
  send: VaultSend,
  path: string,
): Promise<TransitKey | undefined> {
  const data = await readPath(send, path);
  return data === undefined ? undefined : z.parse(transitKey, data);
}

/** @returns the settings by which a key differs from one that the product makes, and that cannot be undone */
export function unlikeProductsKey(key: TransitKey): string[] {
  const wanted = Object.entries({ ...asMade, imported_key: false });
  const settings: Readonly<Record<string, unknown>> = key;
  return wanted.filter(([name, value]) => settings[name] !== value).map(([name]) => name);
}

/** The oldest first. Their ids are as ciphertexts have them: `v1`. */
export const versionsOf = ({ keys }: TransitKey): KeyVersion[] =>
  Object.entries(keys)
    .map(([number, seconds]) => ({
      id: `v${number}`,
      number: Number(number),
      createdAt: new Date(seconds * 1000).toISOString(),
    }))
    .sort((a, b) => a.number - b.number);

/** @returns undefined where the first version is not listed any more */
export const createdAtOf = (key: TransitKey): string | undefined =>
  versionsOf(key).find(({ number }) => number === 1)?.createdAt;

export const currentIdOf = ({ latest_version }: TransitKey): string => `v${latest_version}`;

/** @returns 0 where the engine rotates it not at all */
export const rotationPeriodOf = ({ auto_rotate_period }: TransitKey): number =>
  auto_rotate_period / daySeconds;

/** The engine looks once an hour: it may be that much later. */
export function nextRotationOf(key: TransitKey): string | undefined {
  const last = versionsOf(key).at(-1);
  if (last === undefined || key.auto_rotate_period === 0) return undefined;
  const atMs = Date.parse(last.createdAt) + key.auto_rotate_period * 1000;
  return new Date(atMs).toISOString();
}
