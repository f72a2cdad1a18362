/** By which names the product finds what Vault has for a tenant. */

export interface KeyLocation {
  readonly transitMount: string;
  readonly namespace?: string | undefined;
}

/** In the namespace, as requests have it. */
export const keyPathOf = (
  { transitMount }: Pick<KeyLocation, 'transitMount'>,
  tenantId: string,
): string => `${transitMount}/keys/${tenantId}`;

/** As rows and messages have it: the path of the key, with the namespace before it. */
export const keyNameOf = (location: KeyLocation, tenantId: string): string => {
  const path = keyPathOf(location, tenantId);
  return location.namespace === undefined ? path : `${location.namespace}/${path}`;
};

/** Of the JWT mount: it lets in that tenant alone. */
export const tenantRoleName = (tenantId: string): string => `tenant-${tenantId}`;
