/**
 * The keys of a vault, and how time goes over them: rotation by policy, soft delete, purge at the end of the retention. Deleting and
 * recovering take a while, in which the vault shows the key nowhere.
 */
import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

export interface KeyVersion {
  /** 128 bits in hexadecimal */
  readonly id: string;
  readonly kty: string;
  readonly size: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdMs: number;
  updatedMs: number;
  keyOps: readonly string[];
  enabled: boolean;
  nbf?: number | undefined;
  exp?: number | undefined;
  exportable: boolean;
  tags: Readonly<Record<string, string>>;
}

export interface KeptKey {
  readonly name: string;
  /** the oldest first */
  readonly versions: KeyVersion[];
  policy?: RotationPolicy | undefined;
  deleted?: { readonly atMs: number; readonly purgeMs: number } | undefined;
  /** until then it is neither a key nor a deleted one */
  busy?: { readonly with: 'delete' | 'recover'; readonly untilMs: number } | undefined;
}

export interface RotationPolicy {
  readonly lifetimeActions: readonly LifetimeAction[];
  readonly expiryTime?: string | undefined;
  readonly created: number;
  readonly updated: number;
}

export interface LifetimeAction {
  readonly trigger: { readonly timeAfterCreate?: string; readonly timeBeforeExpiry?: string };
  readonly action: { readonly type: string };
}

export type KeyPair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
export type KeyPairs = (bits: number) => Promise<KeyPair>;

const generate = promisify(generateKeyPair);
export const newKeyPair: KeyPairs = (modulusLength) => generate('rsa', { modulusLength });

export interface KeptKeys {
  /** @returns what is there now, after what is over has gone */
  find(name: string): Promise<KeptKey | undefined>;
  all(): Promise<readonly KeptKey[]>;
  add(name: string): KeptKey;
  newVersion(
    key: KeptKey,
    like: Pick<KeyVersion, 'kty' | 'size' | 'keyOps' | 'tags' | 'exportable'>,
  ): Promise<KeyVersion>;
  /** As only the system may under purge protection. */
  forget(name: string): void;
}

export function keptKeys(now: () => number, pairs: KeyPairs): KeptKeys {
  const keys = new Map<string, KeptKey>();

  const newVersion: KeptKeys['newVersion'] = async (key, like) => {
    const pair = await pairs(like.size);
    const at = now();
    const version: KeyVersion = {
      ...like,
      ...pair,
      id: randomBytes(16).toString('hex'),
      createdMs: at,
      updatedMs: at,
      enabled: true,
    };
    key.versions.push(version);
    return version;
  };

  /** The vault rotates without being asked, whatever the newest version's state: nothing of Microsoft's says otherwise. */
  const rotate = async (key: KeptKey): Promise<void> => {
    const days = rotationDaysOf(key.policy);
    const newest = key.versions.at(-1);
    if (days === undefined || newest === undefined || key.deleted !== undefined) return;
    if (newest.createdMs + days * 86_400_000 <= now()) await newVersion(key, newest);
  };

  const settle = async (key: KeptKey): Promise<void> => {
    if (key.busy !== undefined && key.busy.untilMs <= now()) key.busy = undefined;
    if (key.deleted !== undefined && key.deleted.purgeMs <= now()) keys.delete(nameOf(key.name));
    else await rotate(key);
  };

  return {
    async find(name) {
      const key = keys.get(nameOf(name));
      if (key !== undefined) await settle(key);
      return keys.get(nameOf(name));
    },
    async all() {
      for (const key of keys.values()) await settle(key);
      return [...keys.values()];
    },
    add(name) {
      const key: KeptKey = { name, versions: [] };
      keys.set(nameOf(name), key);
      return key;
    },
    newVersion,
    forget: (name) => void keys.delete(nameOf(name)),
  };
}

/** Names are compared without case. */
const nameOf = (name: string) => name.toLowerCase();

/** @returns the days of an ISO 8601 duration such as `P90D`; undefined where none rotates */
export function rotationDaysOf(policy: RotationPolicy | undefined): number | undefined {
  const rotation = policy?.lifetimeActions.find(
    ({ action }) => action.type.toLowerCase() === 'rotate',
  );
  const [, count, unit] = /^P(\d+)([DMY])$/.exec(rotation?.trigger.timeAfterCreate ?? '') ?? [];
  if (count === undefined) return undefined;
  return Number(count) * ({ D: 1, M: 30, Y: 365 }[unit as 'D' | 'M' | 'Y'] ?? 1);
}
