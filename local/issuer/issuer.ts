/**
 * A small OIDC issuer for local use: everybody who can reach it gets any token. Only a stack on this machine trusts
 * it.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import { type Listening, listen } from '../listen.ts';

const lifetimeSeconds = 3600;

const tokenRequest = z.strictObject({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().min(1),
  client_secret: z.string().optional(),
  scope: z.string().min(1),
  tenant_id: z.string().min(1).optional(),
});

export interface IssuerOptions {
  readonly port: number;
  readonly audience: string;
  /** the claim that the stack reads the tenant from */
  readonly tenantClaim: string;
}

/** @returns the running issuer; its URL is the issuer's name */
export async function serveIssuer(options: IssuerOptions): Promise<Listening> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] };
  const sign = (url: string, request: z.output<typeof tokenRequest>) =>
    new SignJWT({
      token_use: 'access',
      client_id: request.client_id,
      scope: request.scope,
      ...(request.tenant_id !== undefined && { [options.tenantClaim]: request.tenant_id }),
    })
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .setIssuer(url)
      .setAudience(options.audience)
      .setSubject(request.client_id)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(privateKey);

  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 500, { error: 'server_error' }));
  });
  const listening = await listen(server, options.port);
  const { url } = listening;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A browser names the page of each POST. No page gets a token, not even one whose name leads here (DNS rebinding).
    if (request.headers.origin !== undefined) {
      return send(response, 403, { error: 'access_denied' });
    }
    switch (`${request.method} ${request.url}`) {
      case 'GET /.well-known/openid-configuration':
        return send(response, 200, {
          issuer: url,
          jwks_uri: `${url}/.well-known/jwks.json`,
          token_endpoint: `${url}/oauth2/token`,
          grant_types_supported: ['client_credentials'],
          id_token_signing_alg_values_supported: ['RS256'],
          response_types_supported: ['token'],
          subject_types_supported: ['public'],
        });
      case 'GET /.well-known/jwks.json':
        return send(response, 200, jwks);
      case 'POST /oauth2/token': {
        const form = { ...(await readForm(request)), ...basicCredentials(request) };
        const parsed = tokenRequest.safeParse(form);
        if (!parsed.success) return send(response, 400, refusal(parsed.error));
        const token = await sign(url, parsed.data);
        return send(response, 200, {
          access_token: token,
          token_type: 'Bearer',
          expires_in: lifetimeSeconds,
          scope: parsed.data.scope,
        });
      }
      default:
        return send(response, 404, { error: 'not_found' });
    }
  }
  return listening;
}

/** RFC 6749 section 5.2 */
function refusal(error: z.ZodError) {
  const members = error.issues.map(
    (issue) => `${issue.path.join('.') || 'form'}: ${issue.message}`,
  );
  const grant = error.issues.some((issue) => issue.path[0] === 'grant_type');
  return {
    error: grant ? 'unsupported_grant_type' : 'invalid_request',
    error_description: members.join('; '),
  };
}

/** RFC 6749 section 2.3.1: by HTTP Basic, each of the two form-encoded; or in the form. */
function basicCredentials({ headers }: IncomingMessage): Record<string, string> {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return {};
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 2);
  const form = new URLSearchParams(`client_id=${id}&client_secret=${secret}`);
  return Object.fromEntries(form);
}

async function readForm(request: IncomingMessage): Promise<Record<string, string>> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 16_384) break;
  }
  return Object.fromEntries(new URLSearchParams(body));
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
