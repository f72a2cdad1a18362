import type { ReceivedHeaders } from '../wire/request.ts';

/**
 * For pages that need no signature: a name of somebody else's that resolves to this machine would let a
 * web page reach them.
 */
export function isLocalHost(headers: ReceivedHeaders): boolean {
  const hosts = headers.get('host') ?? [];
  return hosts.length === 1 && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(hosts[0] as string);
}
