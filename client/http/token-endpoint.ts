/** Where an issuer gives tokens, by its discovery document (OpenID Connect Discovery 1.0, section 4). */
import { UsageError } from '../errors.ts';
import { jsonOf, unexpected } from './answers.ts';
import { absoluteUrl, baseUrl } from './base-url.ts';
import { exchange, type Network } from './exchange.ts';

export interface IssuerOptions {
  /** whose discovery document names the token endpoint; or `tokenUrl` */
  readonly issuer?: string | URL | undefined;
  readonly tokenUrl?: string | URL | undefined;
}

interface Discovery {
  readonly issuer?: unknown;
  readonly token_endpoint?: unknown;
}

/** @returns what gives the URL: it is looked up once, and again where that failed */
export function tokenEndpoint(options: IssuerOptions, network: Network): () => Promise<string> {
  const { issuer, tokenUrl } = options;
  const { allowInsecureHttp } = network;
  if (tokenUrl !== undefined) {
    if (issuer !== undefined) throw new UsageError('issuer and tokenUrl exclude each other');
    // It is the issuer's, so a query is part of it.
    const url = absoluteUrl('tokenUrl', tokenUrl);
    baseUrl('tokenUrl', `${url.origin}${url.pathname}`, allowInsecureHttp);
    return async () => url.href;
  }
  if (issuer === undefined) throw new UsageError('credentials need an issuer or a tokenUrl');
  const base = baseUrl('issuer', issuer, allowInsecureHttp);
  let found: Promise<string> | undefined;
  return () => {
    found ??= discover(base, network).catch((error) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

async function discover(base: string, network: Network): Promise<string> {
  const url = `${base}/.well-known/openid-configuration`;
  const headers = { Accept: 'application/json' };
  const answer = await exchange(network, url, { method: 'GET', headers }, network);
  if (answer.status !== 200) throw unexpected(answer, 'is no discovery document');
  const { issuer, token_endpoint: endpoint } = jsonOf<Discovery>(answer, {});
  // Section 4.3: a document of another issuer would have the secret sent elsewhere.
  if (typeof issuer !== 'string' || issuer.replace(/\/$/, '') !== base) {
    throw unexpected(answer, 'is the discovery document of another issuer');
  }
  if (typeof endpoint !== 'string') throw unexpected(answer, 'names no token endpoint');
  return baseUrl('token_endpoint', endpoint, network.allowInsecureHttp);
}
