/**
 * A small OIDC issuer for local use: everybody who can reach it gets any token. Only a stack on this machine trusts
 * it.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Listening, listen } from '../listen.ts';
import { clientOf } from './client-authentication.ts';
import { OAuthError } from './oauth-error.ts';
import { exchangedClaims, type TokenClaims } from './token-exchange.ts';
import {
  accessTokenType,
  exchangeGrant,
  readTokenRequest,
  type TokenRequest,
} from './token-request.ts';

const lifetimeSeconds = 3600;
const maxFormBytes = 32_768;

export interface IssuerOptions {
  readonly port: number;
  readonly audience: string;
  /** the claim that the stack reads the tenant from */
  readonly tenantClaim: string;
}

/** @returns the running issuer; its URL is the issuer's name */
export async function serveIssuer({
  port,
  audience,
  tenantClaim,
}: IssuerOptions): Promise<Listening> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 500, { error: 'server_error' }));
  });
  const listening = await listen(server, port);
  const { url } = listening;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A browser names the page of each POST. No page gets a token, not even one whose name leads here (DNS rebinding).
    if (request.headers.origin !== undefined) {
      return send(response, 403, { error: 'access_denied' });
    }
    switch (`${request.method} ${request.url}`) {
      case 'GET /.well-known/openid-configuration':
      case 'GET /.well-known/oauth-authorization-server':
        return send(response, 200, metadataOf(url));
      case 'GET /.well-known/jwks.json':
        return send(response, 200, jwks);
      case 'POST /oauth2/token':
        return sendToken(response, () => token(request));
      default:
        return send(response, 404, { error: 'not_found' });
    }
  }

  async function token(incoming: IncomingMessage): Promise<object> {
    const request = readTokenRequest(await bodyOf(incoming));
    const client = clientOf(incoming.headers.authorization, request);
    const isExchange = request.grant_type === exchangeGrant;
    const { sub, scope, tenant, act, latestExpiry }: TokenClaims = isExchange
      ? await exchangedClaims(request, client, { issuer: url, key: publicKey, tenantClaim })
      : { sub: client, scope: request.scope, tenant: request.tenant_id };
    const now = Math.floor(Date.now() / 1000);
    const expiry = Math.min(now + lifetimeSeconds, latestExpiry ?? Number.POSITIVE_INFINITY);
    const signed = await new SignJWT({
      token_use: 'access',
      client_id: client,
      scope,
      ...(tenant !== undefined && { [tenantClaim]: tenant }),
      ...(act !== undefined && { act }),
    })
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .setIssuer(url)
      .setAudience(audienceOf(request, audience))
      .setSubject(sub)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(expiry)
      .sign(privateKey);
    return {
      access_token: signed,
      ...(isExchange && { issued_token_type: accessTokenType }),
      token_type: 'Bearer',
      expires_in: expiry - now,
      scope,
    };
  }
  return listening;
}

/** OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2. */
const metadataOf = (url: string) => ({
  issuer: url,
  jwks_uri: `${url}/.well-known/jwks.json`,
  token_endpoint: `${url}/oauth2/token`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  grant_types_supported: ['client_credentials', exchangeGrant],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['token'],
  subject_types_supported: ['public'],
});

/** Whatever is asked for, so that a token for somebody else can be tried. */
function audienceOf({ audience, resource }: TokenRequest, byDefault: string): string | string[] {
  const [first = byDefault, ...others] = [...audience, ...resource];
  return others.length === 0 ? first : [first, ...others];
}

async function sendToken(response: ServerResponse, token: () => Promise<object>): Promise<void> {
  try {
    send(response, 200, await token());
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const isClients = error.code === 'invalid_client';
    // RFC 6749 section 5.2: whoever tried by that header is told its scheme.
    if (isClients) response.setHeader('WWW-Authenticate', 'Basic realm="token", charset="UTF-8"');
    const body = { error: error.code, error_description: error.message };
    send(response, isClients ? 401 : 400, body);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxFormBytes) chunks.push(chunk);
  }
  // Not earlier: a connection that is cut off would have no answer.
  if (bytes > maxFormBytes) throw new OAuthError('invalid_request', 'form: is too long');
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
