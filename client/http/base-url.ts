/** Where a bearer token or a client secret may be sent: to https, or on this machine. */
import { UsageError } from '../errors.ts';

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * @param name of the option, for the error
 * @returns the URL without a slash at its end
 */
export function baseUrl(name: string, url: string | URL, allowInsecureHttp = false): string {
  const parsed = absoluteUrl(name, url);
  if (
    parsed.username !== '' ||
    parsed.password !== '' ||
    parsed.search !== '' ||
    parsed.hash !== ''
  ) {
    throw new UsageError(`${name} must have no user, query or fragment`);
  }
  const isProtected =
    parsed.protocol === 'https:' ||
    (parsed.protocol === 'http:' && (allowInsecureHttp || loopback.test(parsed.hostname)));
  if (!isProtected) {
    throw new UsageError(
      `${name} must be https, or http on this machine; allowInsecureHttp sends tokens and plaintexts in the clear`,
    );
  }
  return parsed.href.replace(/\/+$/, '');
}

export function absoluteUrl(name: string, url: string | URL): URL {
  try {
    return new URL(url);
  } catch {
    // Without a cause: it has the text, and a text that is no URL may be a secret at the wrong place.
    throw new UsageError(`${name} must be an absolute URL`);
  }
}
