/** What a token may do, found out by asking for what changes nothing. */
import { type ProblemError, type TenantKeys, TenantKeysError } from '../tenant-keys.ts';

export interface Access {
  readonly plane: 'control plane' | 'data plane' | 'audit';
  readonly allowed: boolean;
  /** why not, in the API's words */
  readonly reason?: string;
}

/**
 * @param tenantId without it the data plane is not tried
 * @throws TenantKeysError where no answer comes at all
 */
export async function accessOf(
  keys: TenantKeys,
  tenantId: string | undefined,
  signal: AbortSignal,
): Promise<readonly Access[]> {
  const probes: Access[] = [
    await probe('control plane', () => keys.tenants.list({ limit: 1, signal }).next()),
  ];
  if (tenantId === undefined) return probes;
  const tenant = keys.tenant(tenantId);
  // No ciphertext: who may ask learns just that.
  const nothing = Uint8Array.of(2, 4, 0x78);
  probes.push(await probe('data plane', () => tenant.inspect(nothing, { signal })));
  probes.push(await probe('audit', () => tenant.audit({ limit: 1, signal }).next()));
  return probes;
}

async function probe(plane: Access['plane'], ask: () => Promise<unknown>): Promise<Access> {
  try {
    await ask();
    return { plane, allowed: true };
  } catch (error) {
    const { status, detail } = error as Partial<ProblemError>;
    if (status === 401 || status === 403) return { plane, allowed: false, reason: `${detail}` };
    // A problem about the tenant or the ciphertext is one that only a caller with the right gets.
    if (error instanceof TenantKeysError && status !== undefined && status < 500) {
      return { plane, allowed: true };
    }
    throw error;
  }
}
