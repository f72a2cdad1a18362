/**
 * A tenant's key as Azure Key Vault shows it. Invariant: whether a version may be used is read of each version, since the
 * attribute is the version's.
 */
import * as z from 'zod/mini';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import { keyNameOf, keyPath } from './azure-names.ts';
import { type AzureSend, ask, done, isNothing, shapeOf } from './azure-requests.ts';
import { isVersion } from './wrapped-data-key.ts';

/** Times are in seconds of the epoch. */
const attributes = z.object({
  enabled: z.boolean(),
  created: z.int(),
  exp: z.nullish(z.int()),
  exportable: z.nullish(z.boolean()),
  recoveryLevel: z.optional(z.string()),
  recoverableDays: z.optional(z.int()),
});

const bundle = z.object({
  key: z.object({
    kid: z.string(),
    kty: z.string(),
    key_ops: z.array(z.string()),
    n: z.optional(z.string()),
  }),
  attributes,
  managed: z.nullish(z.boolean()),
  release_policy: z.optional(z.unknown()),
});
export type KeyBundle = z.output<typeof bundle>;

const versionPage = z.object({
  value: z._default(z.nullable(z.array(z.object({ kid: z.string(), attributes }))), []),
  nextLink: z.nullish(z.string()),
});

export interface VaultKeyVersion {
  readonly id: string;
  /** 1 for the first */
  readonly number: number;
  /** RFC 3339 */
  readonly createdAt: string;
  readonly enabled: boolean;
  readonly attributes: z.output<typeof attributes>;
}

export interface VaultKey {
  /** the oldest first, never none */
  readonly versions: readonly VaultKeyVersion[];
  /** of the newest version; undefined where the vault does not show a version that is disabled */
  readonly newest: KeyBundle | undefined;
}

export const vaultGet = (tenantId: string, name: string, path: string) =>
  ({ service: 'vault', method: 'GET', path, operation: { name, tenantId } }) as const;

/** @returns undefined where there is none, as for a key that is deleted */
export async function readKey(
  send: AzureSend,
  vaultUrl: string,
  tenantId: string,
): Promise<VaultKey | undefined> {
  const answer = await send(vaultGet(tenantId, 'GET keys', keyPath(tenantId)));
  if (isNothing(answer)) return undefined;
  const isHidden = answer.status === 403 && answer.innerCode === 'KeyDisabled';
  const newest = isHidden ? undefined : shapeOf(bundle, done(answer).body);
  const versions = await versionsOf(send, vaultUrl, tenantId);
  // Deleted in between.
  if (versions.length === 0) throw keyStoreUnavailable('azure-key-vault');
  return { versions: newest === undefined ? versions : withLast(versions, newest), newest };
}

/** Times are whole seconds: of two versions of one second the vault says itself which is the newer. */
function withLast(versions: VaultKeyVersion[], { key: { kid } }: KeyBundle): VaultKeyVersion[] {
  const isNewest = ({ id }: VaultKeyVersion) => kid.endsWith(`/${id}`);
  return numbered([...versions.filter((one) => !isNewest(one)), ...versions.filter(isNewest)]);
}

/** A key without versions in the list is no key. */
async function versionsOf(
  send: AzureSend,
  vaultUrl: string,
  tenantId: string,
): Promise<VaultKeyVersion[]> {
  const found: Omit<VaultKeyVersion, 'number'>[] = [];
  const prefix = `${keyNameOf({ vaultUrl }, tenantId)}/`;
  let path: string | undefined = keyPath(tenantId, '/versions');
  while (path !== undefined) {
    const answer = await ask(send, vaultGet(tenantId, 'GET keys/versions', path));
    if (answer === undefined) return [];
    const { value, nextLink }: z.output<typeof versionPage> = shapeOf(versionPage, answer.body);
    for (const { kid, attributes: of } of value ?? []) {
      const id = kid.slice(prefix.length);
      if (!kid.startsWith(prefix) || !isVersion(id)) throw keyStoreUnavailable('azure-key-vault');
      const createdAt = timeOf(of.created);
      found.push({ id, createdAt, enabled: of.enabled, attributes: of });
    }
    path = nextLink === null || nextLink === undefined ? undefined : pathIn(vaultUrl, nextLink);
  }
  found.sort((a, b) => a.attributes.created - b.attributes.created || (a.id < b.id ? -1 : 1));
  return numbered(found);
}

const numbered = (versions: readonly Omit<VaultKeyVersion, 'number'>[]): VaultKeyVersion[] =>
  versions.map((version, index) => ({ ...version, number: index + 1 }));

/** A link leads nowhere but to the vault, which alone gets the token. */
function pathIn(vaultUrl: string, link: string): string {
  const url = URL.parse(link);
  if (url === null || url.origin !== vaultUrl) throw keyStoreUnavailable('azure-key-vault');
  return `${url.pathname}${url.search}`;
}

export const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

export const currentIdOf = ({ versions }: Pick<VaultKey, 'versions'>): string =>
  versions.at(-1)?.id ?? '';

export const createdAtOf = ({ versions }: Pick<VaultKey, 'versions'>): string | undefined =>
  versions[0]?.createdAt;
