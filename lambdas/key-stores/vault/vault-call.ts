/**
 * What the audit has of a request to Vault. Invariant: an operation is one of a few known names, and what else stands in a
 * path is a tenant's id or is left out.
 */
import { tenantId } from '../../../contract/tenant-id.ts';

/** Paths of the two mounts that are the product's alone. */
export interface VaultMounts {
  readonly transitMount: string;
  readonly authMount: string;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

export interface VaultOperation {
  /** the mounts by their type: `POST transit/decrypt` */
  readonly operation: string;
  readonly tenantId: string | undefined;
}

/** The second group is what was asked for, the third what of it. */
const paths = [
  /^(transit\/(?:datakey\/plaintext|datakey\/wrapped|encrypt|decrypt|keys))\/([^/]+)(\/config|\/rotate)?$/,
  /^(auth\/role|sys\/policies\/acl|sys\/policy)\/tenant-([^/]+)$/,
  // The policy that all tenants' have their text of is none of a tenant's.
  /^(sys\/policies\/acl)\/tenant$/,
  /^(transit\/keys|auth\/login)$/,
];

export function operationOf({ method, path, body }: Asked, mounts: VaultMounts): VaultOperation {
  const known = typed(path, mounts);
  const [, name = 'other', whose, part = ''] =
    paths.map((one) => one.exec(known)).find((match) => match !== null) ?? [];
  const asked = name === 'auth/login' ? signedInBy(body) : whose;
  return { operation: `${method} ${name}${part}`, tenantId: tenantId.safeParse(asked).data };
}

/** A mount has any name, and the product's policies begin with that of the JWT mount. */
function typed(path: string, { transitMount, authMount }: VaultMounts): string {
  const prefixes = [
    [`sys/policies/acl/${authMount}-tenant`, 'sys/policies/acl/tenant'],
    [`sys/policy/${authMount}-tenant`, 'sys/policy/tenant'],
    [`auth/${authMount}/`, 'auth/'],
    [`${transitMount}/`, 'transit/'],
  ] as const;
  const found = prefixes.find(([prefix]) => path.startsWith(prefix));
  if (found === undefined) return '';
  const [prefix, type] = found;
  return `${type}${path.slice(prefix.length)}`;
}

const signedInBy = (body: object | undefined): string | undefined =>
  /^tenant-(.+)$/.exec(String((body as { readonly role?: unknown } | undefined)?.role))?.[1];
