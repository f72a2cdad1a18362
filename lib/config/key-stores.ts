/**
 * Key stores beside KMS of this account. Invariant: none of the settings is a secret: functions sign in by tokens that AWS
 * signs for them, or the product's own issuer (docs/key-stores/).
 */
import { z } from 'zod';
import type { IdentityTokenStore } from '../../contract/identity-token.ts';
import type { KeyStoresSettings } from '../../contract/key-stores.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import { fitEnvironment, maxIssuersBytes } from './issuers.ts';
import { valueOrJson } from './list.ts';
import { ownIssuer } from './own-issuer.ts';
import { origin, text, wholeNumber } from './values.ts';

const texts = {
  keyStores:
    'must be an object with vault, azureKeyVault, awsKmsExternal or several of them, such as ' +
    '{"vault": {"address": "https://vault.example.com"}}, ' +
    'or JSON text of one',
  none: 'must have at least one store: vault, azureKeyVault or awsKmsExternal; leave keyStores out for AWS KMS alone',
  address:
    'must be the https URL of the store without a path, such as https://vault.example.com:8200 (http for this machine only)',
  path: 'must be a path of letters, digits and _ . - with / between its parts',
  audience: 'must be 1-256 characters without spaces, as the store has it for bound audiences',
  tokenIssuer: "must be sts, for tokens of AWS, or own, for tokens of the stack's own issuer",
  certificate: 'must be a certificate in PEM: -----BEGIN CERTIFICATE----- and its lines',
  accounts: 'must be a list of ids of AWS accounts, 12 digits each, none twice',
  unreached:
    'must be given beside trustStore, and with Azure beside vpcEndpointIds: an https URL where the key store can fetch a copy ' +
    'of the documents of our own issuer',
  together:
    `must not be more than ${maxIssuersBytes} bytes of JSON together with issuers and corsOrigins, since Lambda takes ` +
    '4 KB of environment variables',
};

const address = origin(texts.address);
const path = text(/^\w[\w.-]*(?:\/\w[\w.-]*)*$/, texts.path);

const vault = z
  .strictObject({
    address,
    namespace: path.optional(),
    /** of a transit secrets engine that is the product's alone */
    transitMount: path.default('tenant-keys'),
    /** of a JWT auth method that is the product's alone */
    authMount: path.default('tenant-keys'),
    /** of the tokens by which functions sign in; by default the address */
    audience: text(/^[\x21-\x7e]{1,256}$/, texts.audience).optional(),
    tokenIssuer: z.enum(['sts', 'own'], texts.tokenIssuer).default('sts'),
    caCertificate: text(
      /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]+\n)+-----END CERTIFICATE-----\n?$/,
      texts.certificate,
    ).optional(),
  })
  .transform((given) => ({ ...given, audience: given.audience ?? given.address }));

const awsKmsExternal = z.strictObject({
  accounts: z
    .array(text(/^\d{12}$/, texts.accounts), texts.accounts)
    .min(1, texts.accounts)
    .refine((ids) => new Set(ids).size === ids.length, texts.accounts)
    .readonly(),
});

export const keyStores = valueOrJson(
  z
    .strictObject(
      {
        vault: vault.optional(),
        azureKeyVault: azureKeyVault.optional(),
        awsKmsExternal: awsKmsExternal.optional(),
        ownIssuer: ownIssuer.prefault({}),
        /** of tenants in these stores, in place of the stack's: within this time a revocation takes effect */
        dataKeyMaxAgeSeconds: wholeNumber('seconds', 0, 3600).default(60),
      },
      { error: (issue) => (issue.code === 'invalid_type' ? texts.keyStores : undefined) },
    )
    .refine((stores) => stores.vault ?? stores.azureKeyVault ?? stores.awsKmsExternal, texts.none)
    .readonly(),
);

/** As configured; undefined: AWS KMS of this account alone. */
export type KeyStores = z.output<typeof keyStores> | undefined;

/** Such a store is reached over a network, and is signed in to by a token. */
export const hasStoreOutsideAws = (stores: KeyStores): boolean =>
  stores?.vault !== undefined || stores?.azureKeyVault !== undefined;

export const hasTenantsAccounts = (stores: KeyStores): boolean =>
  stores?.awsKmsExternal !== undefined;

/** @returns for whom our own issuer signs */
export const ownIssuerAudiences = ({
  vault,
  azureKeyVault,
}: NonNullable<KeyStores>): Partial<Record<IdentityTokenStore, string>> => ({
  ...(vault?.tokenIssuer === 'own' && { vault: vault.audience }),
  ...(azureKeyVault && { 'azure-key-vault': azureKeyVault.audience }),
});

/** @returns what the functions are told. @param api URL of our own issuer, where the configuration has no other */
export function toldOf(stores: NonNullable<KeyStores>, api: string): KeyStoresSettings {
  const { azureKeyVault, ownIssuer: own, ...others } = stores;
  if (azureKeyVault === undefined) return others;
  return { ...others, azureKeyVault: { ...azureKeyVault, issuer: own.url ?? api } };
}

/** Entra fetches the issuer's documents from the internet, Vault from where it is, and neither has a certificate of a client. */
export const issuerIsReached = {
  fit: ({ keyStores: stores, vpcEndpointIds, trustStore }: IssuerAndWay) => {
    if (stores === undefined || stores.ownIssuer.url !== undefined) return true;
    if (trustStore !== undefined) return Object.keys(ownIssuerAudiences(stores)).length === 0;
    return stores.azureKeyVault === undefined || vpcEndpointIds === undefined;
  },
  problem: { path: ['keyStores', 'ownIssuer', 'url'], message: texts.unreached },
};

interface IssuerAndWay {
  readonly keyStores?: KeyStores;
  readonly vpcEndpointIds?: unknown;
  readonly trustStore?: unknown;
}

/** The functions that check tokens are told all three. */
export const keyStoresBesideIssuers = {
  fit: ({ issuers, corsOrigins, keyStores: stores }: Record<string, unknown>) =>
    stores === undefined || fitEnvironment(issuers, corsOrigins, stores),
  problem: { path: ['keyStores'], message: texts.together },
};
