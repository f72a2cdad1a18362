/**
 * The account's issuer of web identity tokens ("outbound identity federation", IAM user guide). On AWS its name is
 * `https://<id>.tokens.sts.global.api.aws`; here it is a path of the AWS endpoint, over HTTP, so that a server on this
 * machine can fetch its keys. Invariant: whoever signs in elsewhere with a token can rely on every claim of it.
 */
import { type JWTPayload, SignJWT } from 'jose';
import { openOutboundKeys, type SigningAlgorithm, signingAlgorithms } from './outbound-keys.ts';

/** of the AWS endpoint */
export const issuerPath = '/outbound';

export interface OutboundIssuerOptions {
  readonly accountId: string;
  /** @returns the AWS endpoint's address; asked for when the endpoint listens */
  readonly address: () => string;
  /** keeps the signing keys; absent: they are in memory */
  readonly file?: string | undefined;
}

export interface OutboundIssuer {
  /** whose principals get tokens of it */
  readonly accountId: string;
  /** `iss` of the tokens */
  readonly url: string;
  /** whether the account's principals get tokens; here they do from the start */
  isEnabled: boolean;
  sign(claims: JWTPayload, algorithm: SigningAlgorithm): Promise<string>;
  /** what the issuer publishes, by its path; also while it is disabled, for the tokens that are out */
  published(path: string): Promise<object> | object | undefined;
}

export function outboundIssuer({
  accountId,
  address,
  file,
}: OutboundIssuerOptions): OutboundIssuer {
  const keys = openOutboundKeys(file);
  const url = () => `${address()}${issuerPath}`;
  return {
    accountId,
    isEnabled: true,
    get url() {
      return url();
    },
    async sign(claims, algorithm) {
      const { privateKey, publicJwk } = (await keys())[algorithm];
      return new SignJWT({ iss: url(), ...claims })
        .setProtectedHeader({ alg: algorithm, kid: publicJwk.kid as string, typ: 'JWT' })
        .sign(privateKey);
    },
    published(path) {
      switch (path) {
        case `${issuerPath}/.well-known/openid-configuration`:
          return metadataOf(url());
        case `${issuerPath}/.well-known/jwks.json`:
          return keys().then(({ RS256, ES384 }) => ({ keys: [RS256.publicJwk, ES384.publicJwk] }));
        default:
          return undefined;
      }
    },
  };
}

/** OpenID Connect Discovery 1.0, section 3. */
const metadataOf = (url: string) => ({
  issuer: url,
  jwks_uri: `${url}/.well-known/jwks.json`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: signingAlgorithms,
});
