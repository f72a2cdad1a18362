/** An OIDC server that is none of ours: oidc-provider, with clients that get JWT access tokens for themselves. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export const audience = 'https://tenant-keys.example/api';
export type SigningAlgorithm = 'RS256' | 'PS256' | 'EdDSA';

/** what a client's tokens have beside the claims of the server */
export type ClaimsOfClient = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface OidcServer {
  readonly issuer: string;
  /** @returns an access token, by client credentials (RFC 6749 section 4.4) and a resource indicator (RFC 8707) */
  token(clientId: string, scope: string): Promise<string>;
  /** From now on it publishes another key alone, and signs with it. */
  rotate(algorithm?: SigningAlgorithm): Promise<void>;
  stop(): Promise<void>;
  /** at the same address */
  startAgain(): Promise<void>;
}

const secret = 'not-a-secret-of-anybody';
const scopes = ['tenant-keys/admin', 'tenant-keys/crypto'];

export async function openOidcServer(
  algorithm: SigningAlgorithm,
  clients: ClaimsOfClient,
): Promise<OidcServer> {
  let listener: RequestListener = () => {};
  const handle: RequestListener = (request, response) => listener(request, response);
  let server = createServer(handle);
  await listening(server, 0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const rotate = async (next = algorithm) => {
    listener = new Provider(issuer, await configuration(next, clients)).callback();
  };
  await rotate();
  return {
    issuer,
    rotate,
    async token(clientId, scope) {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource: audience }),
      });
      const { access_token: token, ...others } = (await answer.json()) as Record<string, string>;
      if (token === undefined) throw new Error(JSON.stringify(others));
      return token;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    async startAgain() {
      server = createServer(handle);
      await listening(server, port);
    },
  };
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));

async function configuration(alg: SigningAlgorithm, clients: ClaimsOfClient): Promise<object> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    // Nothing is kept: a token for a resource is a JWT, and no client here needs another grant.
    adapter: class {
      upsert() {}
      find() {}
      destroy() {}
    },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg, use: 'sig' }] },
    scopes,
    clients: Object.keys(clients).map((id) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    clientDefaults: { id_token_signed_response_alg: alg },
    enabledJWA: { idTokenSigningAlgValues: [alg] },
    ttl: { ClientCredentials: 3600 },
    extraTokenClaims: (_: unknown, token: { readonly clientId: string }) => clients[token.clientId],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg } },
        }),
      },
    },
  };
}
