/**
 * A token of the product's own issuer, which names one tenant, or a function of the product. Invariant: KMS signs it, by a key with
 * which nobody but this function signs; it is good for one key store and five minutes. Who calls has checked who is asking.
 */
import { randomUUID } from 'node:crypto';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import {
  type IdentityTokenStore,
  identityTokenAlgorithm,
  identityTokenKeyId,
  identityTokenSeconds,
  identityTokenSigning,
} from '../../contract/identity-token.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';

export interface OwnIssuer {
  /** `iss`, a URL */
  readonly issuer: string;
  /** of the key that signs */
  readonly keyArn: string;
  /** `aud`, by key store */
  readonly audiences: Readonly<Partial<Record<IdentityTokenStore, string>>>;
}

/** Whom a token names, and to whom. */
export interface Named {
  /** `sub` */
  readonly subject: string;
  /** of a tenant's own */
  readonly tenantId?: string;
  readonly keyStore: IdentityTokenStore;
}

export interface IssuedToken {
  readonly identityToken: string;
  /** for the log: `jti` names the token, and the request its signature in CloudTrail */
  readonly record: { readonly jti: string; readonly signRequestId: string | undefined };
}

/** @returns a function that throws the SDK's errors, and Error for a store that takes no such tokens */
export function identityTokens({
  issuer,
  keyArn,
  audiences,
}: OwnIssuer): (named: Named) => Promise<IssuedToken> {
  const kms = new KMSClient(clientConfiguration);
  kms.middlewareStack.use(callBudget('kms'));
  const header = { alg: identityTokenAlgorithm, typ: 'JWT', kid: identityTokenKeyId(keyArn) };

  return async ({ subject, tenantId, keyStore }) => {
    const audience = audiences[keyStore];
    if (audience === undefined) throw new Error(`${keyStore} takes no token of our own issuer`);
    const iat = Math.floor(Date.now() / 1000);
    const jti = randomUUID();
    const claims = {
      iss: issuer,
      sub: subject,
      // As AWS's own tokens spell the tag: Vault makes the path of the tenant's key of it.
      ...(tenantId !== undefined && { [tenantIdTag]: tenantId }),
      aud: audience,
      iat,
      nbf: iat,
      exp: iat + identityTokenSeconds,
      jti,
    };
    const signed = `${encoded(header)}.${encoded(claims)}`;
    const { Signature, $metadata } = await kms.send(
      new SignCommand({
        KeyId: keyArn,
        MessageType: 'RAW',
        Message: Buffer.from(signed),
        SigningAlgorithm: identityTokenSigning,
      }),
    );
    if (Signature === undefined) throw new Error('KMS gave no signature');
    return {
      identityToken: `${signed}.${Buffer.from(Signature).toString('base64url')}`,
      record: { jti, signRequestId: $metadata.requestId },
    };
  };
}

/** RFC 7515, section 3.1. */
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
