/**
 * Reads the keys that an issuer publishes, by OIDC discovery or from the URL that is configured. Invariant: an answer
 * is bounded in size and time, comes by TLS (or from this machine) from where it was asked, without a redirect, and the
 * discovery document is the issuer's own.
 */
import type { IssuerFault } from '../../contract/issuer-faults.ts';
import { type IssuerSettings, isSafeUrl } from '../../contract/issuers.ts';
import { type PublicJwks, usableKeys } from '../../contract/jwks.ts';

export class JwksUnreadable extends Error {
  override readonly name = 'JwksUnreadable';
  readonly fault: IssuerFault;
  constructor(fault: IssuerFault) {
    super(`the issuer's keys cannot be read: ${fault}`);
    this.fault = fault;
  }
}

export type KeyLocation = Pick<IssuerSettings, 'issuer' | 'jwksUri' | 'discoveryUrl'>;

/** Two requests must end within the authorizer's 5 s. */
const timeoutMs = 2000;
const maxBytes = 256 * 1024;
const maxKeys = 100;

/** @throws JwksUnreadable */
export async function fetchJwks(location: KeyLocation): Promise<PublicJwks> {
  const { keys } = await fetchObject(location.jwksUri ?? (await discoveredUri(location)));
  if (!Array.isArray(keys)) throw new JwksUnreadable('nonsense');
  if (keys.length > maxKeys) throw new JwksUnreadable('too-large');
  return usableKeys(keys);
}

/** OpenID Connect Discovery 1.0, sections 4.1 (a slash at the end is removed before the path is added) and 4.3. */
async function discoveredUri({ issuer, discoveryUrl }: KeyLocation): Promise<string> {
  const from = discoveryUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetchObject(from);
  if (typeof document.issuer !== 'string') throw new JwksUnreadable('nonsense');
  if (document.issuer !== issuer) throw new JwksUnreadable('names-another');
  if (typeof document.jwks_uri !== 'string') throw new JwksUnreadable('nonsense');
  // An issuer elsewhere sends nobody to this machine, where Lambda's runtime API answers by http.
  if (isByTls(from) && !isByTls(document.jwks_uri)) throw new JwksUnreadable('unsafe');
  return document.jwks_uri;
}

const isByTls = (url: string) => URL.parse(url)?.protocol === 'https:';

async function fetchObject(url: string): Promise<Readonly<Record<string, unknown>>> {
  if (!isSafeUrl(url)) throw new JwksUnreadable('unsafe');
  const text = await boundedText(url).catch((error: unknown) => {
    throw error instanceof JwksUnreadable ? error : new JwksUnreadable('unreachable');
  });
  return jsonObject(text);
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {}
  throw new JwksUnreadable('nonsense');
}

async function boundedText(url: string): Promise<string> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(timeoutMs),
    headers: { Accept: 'application/json' },
    // A redirect could lead to http, or to another issuer's keys.
    redirect: 'error',
  });
  if (!response.ok) throw new JwksUnreadable('unreachable');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new JwksUnreadable('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
