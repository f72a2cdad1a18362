import type { ReceivedHeaders } from '../wire/request.ts';

/**
 * Whether a request names this machine, for what needs no signature: by a foreign name that resolves to 127.0.0.1, a
 * web page could reach it as its own (DNS rebinding).
 */
export function isLocalHost(headers: ReceivedHeaders): boolean {
  const hosts = headers.get('host') ?? [];
  return hosts.length === 1 && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(hosts[0] as string);
}

/** Whether a person or a program at this machine asks, and no web page but the stack's own. */
export const isAskedHere = (headers: ReceivedHeaders): boolean =>
  isLocalHost(headers) && !headers.has('origin') && !isOfOtherSite(headers);

/**
 * A browser marks each request of a page by its Origin or, where it sends none, by Sec-Fetch-Site. That is `none` for what
 * a person typed in, or a bookmark; a program sends no such header.
 */
function isOfOtherSite(headers: ReceivedHeaders): boolean {
  const sites = headers.get('sec-fetch-site') ?? [];
  return sites.some((site) => site !== 'same-origin' && site !== 'none');
}
