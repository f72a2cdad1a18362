/** Tokens in the shape of those of `sts:GetWebIdentityToken`, or of the product's own issuer, and what their issuer publishes. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const accountId = '111122223333';

export interface Claims {
  /** ARN of the IAM role, as AWS writes it there: not of the session */
  readonly sub: string;
  readonly aud: string;
  /** another than the one whose keys these are */
  readonly iss?: string;
  /** the session's tags */
  readonly principalTags?: Readonly<Record<string, string>>;
  /** whatever the caller wrote into its request */
  readonly requestTags?: Readonly<Record<string, string>>;
  /** in place of AWS's: those of the product's own issuer */
  readonly own?: { readonly TenantId?: string };
  readonly alg?: Algorithm;
  /** `5m` by default; a negative one is over */
  readonly lives?: string;
}

export interface WebIdentityIssuer {
  readonly url: string;
  token(claims: Claims): Promise<string>;
  close(): void;
}

/** The product asks for RS256; AWS signs by ES384 too, with another key of the same JWKS. */
type Algorithm = 'RS256' | 'ES384';

export async function startIssuer(): Promise<WebIdentityIssuer> {
  const signers = { RS256: await signerOf('RS256'), ES384: await signerOf('ES384') };
  const keys = [signers.RS256.jwk, signers.ES384.jwk];
  let url = '';
  const server = createServer((request, response) => {
    const published = {
      '/.well-known/jwks.json': { keys },
      '/.well-known/openid-configuration': {
        issuer: url,
        jwks_uri: `${url}/.well-known/jwks.json`,
      },
    }[request.url ?? ''];
    response.writeHead(published ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(published ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: ({
      sub,
      aud,
      iss = url,
      principalTags = {},
      requestTags = {},
      own,
      alg = 'RS256',
      lives = '5m',
    }) =>
      new SignJWT(
        own ?? {
          'https://sts.amazonaws.com/': {
            aws_account: accountId,
            source_region: 'eu-central-1',
            org_id: 'o-exampleorgid',
            principal_id: sub,
            principal_tags: principalTags,
            request_tags: requestTags,
          },
        },
      )
        .setProtectedHeader({ alg, kid: signers[alg].jwk.kid, typ: 'JWT' })
        .setSubject(sub)
        .setAudience(aud)
        .setIssuer(iss)
        .setIssuedAt()
        .setExpirationTime(lives)
        .setJti(randomUUID())
        .sign(signers[alg].privateKey),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function signerOf(alg: Algorithm) {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg, use: 'sig' };
  return { jwk, privateKey };
}
