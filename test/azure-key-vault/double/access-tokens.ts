/** Entra's access tokens, which nobody but the services may read. They look like what they are, a JWT, so that a leak is found. */
import { createHmac, randomBytes } from 'node:crypto';

/** The application or managed identity of a token. */
export interface Caller {
  readonly clientId: string;
  readonly objectId: string;
}

/** of the public cloud */
export const audiences = {
  vault: 'https://vault.azure.net',
  resourceManager: 'https://management.azure.com',
} as const;
export type Audience = keyof typeof audiences;

export interface AccessTokens {
  issue(caller: Caller, audience: Audience): string;
  /** @returns undefined for a token that is none, is of another service or is over */
  callerOf(authorization: string | undefined, audience: Audience): Caller | undefined;
  /** Ends all that were given out. */
  revokeAll(): void;
}

export const accessTokenSeconds = 3600;

export function accessTokens(entraTenantId: string): AccessTokens {
  let secret = randomBytes(32);
  const signed = (content: string) =>
    `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    issue({ clientId, objectId }, audience) {
      const exp = Math.floor(Date.now() / 1000) + accessTokenSeconds;
      const claims = {
        aud: audiences[audience],
        iss: `https://sts.windows.net/${entraTenantId}/`,
        appid: clientId,
        oid: objectId,
        sub: objectId,
        exp,
      };
      return signed(`${encoded({ typ: 'JWT', alg: 'RS256' })}.${encoded(claims)}`);
    },
    callerOf(authorization, audience) {
      const [, content, signature] =
        /^Bearer ([\w-]+\.[\w-]+)\.([\w-]+)$/.exec(authorization ?? '') ?? [];
      if (content === undefined || signed(content) !== `${content}.${signature}`) return undefined;
      const claims = JSON.parse(Buffer.from(content.split('.')[1] ?? '', 'base64url').toString());
      const isCurrent = claims.aud === audiences[audience] && claims.exp > Date.now() / 1000;
      return isCurrent ? { clientId: claims.appid, objectId: claims.oid } : undefined;
    },
    revokeAll() {
      secret = randomBytes(32);
    },
  };
}
