import type { ReceivedHeaders } from '../wire/request.ts';

/**
 * Whether a request names this machine, for what needs no signature: by a foreign name that resolves to 127.0.0.1, a
 * web page could reach it as its own (DNS rebinding).
 */
export function isLocalHost(headers: ReceivedHeaders): boolean {
  const hosts = headers.get('host') ?? [];
  return hosts.length === 1 && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(hosts[0] as string);
}
