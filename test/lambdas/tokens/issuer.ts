/** An OIDC issuer over HTTP whose answers a test can spoil, with keys made by jose. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type IssuerSettings, issuerSettings } from '../../../contract/issuers.ts';

export interface Issuer {
  readonly url: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** paths that were asked for */
  readonly requests: string[];
  /** what the two documents say */
  discovery: unknown;
  jwks: { keys: object[] } | string;
  status: number;
  /** @returns a token of this issuer for an hour, with the claims changed; null removes a claim */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export const audience = 'tenant-keys';

/**
 * @param issuer its name
 * @returns what the stack makes of `issuer`, `audience` and `tenantClaim`, with these changes
 */
export const settingsOf = (issuer: string, changes: Partial<IssuerSettings> = {}): IssuerSettings =>
  issuerSettings.parse({
    issuer,
    audiences: [audience],
    clientIds: [audience],
    tenantClaim: ['tenant_id'],
    ...changes,
  });

/** @returns the environment variable of a function that takes tokens of these alone */
export const issuersVariable = (...issuers: IssuerSettings[]) => ({
  ISSUERS: JSON.stringify(issuers),
});
export const kid = 'key-1';

export async function openIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const document = request.url?.endsWith('jwks.json') ? issuer.jwks : issuer.discovery;
    response.writeHead(issuer.status, { location: 'http://127.0.0.1:1/' });
    response.end(typeof document === 'string' ? document : JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    privateKey,
    publicKey,
    requests,
    discovery: { issuer: url, jwks_uri: `${url}/jwks.json` },
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] },
    status: 200,
    token: (claims, header) => sign(privateKey, { ...defaults(url), ...claims }, header),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  return issuer;
}

const defaults = (iss: string) => ({
  iss,
  aud: audience,
  sub: 'somebody',
  iat: seconds(),
  exp: seconds(3600),
  token_use: 'access',
});

/** @returns epoch seconds */
export const seconds = (fromNow = 0): number => Math.floor(Date.now() / 1000) + fromNow;

export function sign(
  key: CryptoKey | Uint8Array,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  const present = Object.entries(claims).filter(([, value]) => value !== null);
  return new SignJWT(Object.fromEntries(present) as JWTPayload)
    .setProtectedHeader({ alg: 'RS256', kid, ...header })
    .sign(key);
}
