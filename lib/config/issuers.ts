/**
 * Whose tokens count, from the CDK context: `issuer`, `audience` and `tenantClaim` of one issuer, or the list
 * `issuers`. What an issuer's tokens are not configured for they do not get: no other audience, tenant or scope.
 */
import { z } from 'zod';
import {
  type ClaimPath,
  type IssuerSettings,
  isOneTenant,
  isSafeUrl,
  issuersSettings,
  scopes,
  scopesOfAllTenants,
} from '../../contract/issuers.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { noneTwice, valueOrJson } from './list.ts';

/** Claims that have another meaning, or that an administrator's token carries as well. */
const registeredClaims = 'iss sub aud exp nbf iat jti scope scp client_id azp token_use'.split(' ');

/**
 * UTF-8 of the JSON that the functions get. Lambda takes 4 KB of environment variables for a function, names and values
 * together (Lambda, quotas); the data plane's others need less than 1 KB.
 */
export const maxIssuersBytes = 3072;

/** @param settings that one function gets, each as JSON in a variable of its own */
export const fitEnvironment = (...settings: readonly unknown[]): boolean =>
  settings.reduce((sum: number, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0) <=
  maxIssuersBytes;

const texts = {
  issuer:
    'must be the https URL of the OIDC issuer, spelled as in its tokens, without ' +
    'a query or a fragment (http for this machine only); pass -c issuer=https://id.example.com',
  audience:
    'must be the audience that tokens are for, 1-256 characters without spaces; ' +
    'pass -c audience=tenant-keys',
  tenantClaim:
    'must be the claim that only tokens of tenants carry: letters, digits and _ . : / -, ' +
    `and none of ${registeredClaims.join(', ')}`,
  issuers: 'must be a list of issuers, {"issuer", "audiences", ...} each, or JSON text of one',
  list: 'must be a list with at least one text of 1-256 characters without spaces',
  path: 'must be the name of a claim, or the list of the names that lead to it',
  tenants:
    'must be a list of tenant ids, or of beginnings of them that end in *, such as ["acme", "eu-*"]; leave it out for all',
  scopeNames: `must be an object: what the issuer calls a scope, and which one it is, of ${scopes.join(', ')}`,
  scopes: `must be a list of some of ${scopes.join(', ')}`,
  url: 'must be an https URL without a fragment (http for this machine only)',
  audiencesOrClients: 'needs audiences, or clientIds if its access tokens have no aud',
  oneUrl: 'has jwksUri and discoveryUrl: with the first nothing is discovered, so leave one out',
  tenantsOnly:
    'is for certain tenants (tenants), so it has no administrators or auditors: take tenant-keys/admin and ' +
    'tenant-keys/audit-all out of its scopes, or leave tenants out',
  twice: 'stands in the list twice: put what its tokens may be for into one entry',
  tooMany:
    `must not be more than ${maxIssuersBytes} bytes of JSON, since Lambda takes 4 KB of environment variables: leave ` +
    'defaults out, let one issuer serve several tenants by a claim, or deploy another stack for the others',
};

const issuer = z.string(texts.issuer).refine(isIssuer, texts.issuer);
const audience = z.string(texts.audience).regex(/^[\x21-\x7e]{1,256}$/, texts.audience);
const tenantClaim = z
  .string(texts.tenantClaim)
  .regex(/^[\w.:/-]{1,256}$/, texts.tenantClaim)
  .refine((claim) => !registeredClaims.includes(claim), texts.tenantClaim);

/** The keys of the one issuer. */
export const oneIssuer = { issuer, audience, tenantClaim: tenantClaim.default('tenant_id') };

/** Cognito's access tokens have no audience and name their client instead. */
export const settingsOfOne = (one: {
  readonly issuer: string;
  readonly audience: string;
  readonly tenantClaim: string;
}): IssuerSettings[] =>
  parsed([
    {
      issuer: one.issuer,
      audiences: [one.audience],
      clientIds: [one.audience],
      tenantClaim: [one.tenantClaim],
    },
  ]);

const word = z.string(texts.list).regex(/^[\x21-\x7e]{1,256}$/, texts.list);
const words = z.array(word, texts.list).min(1, texts.list);
const name = z.string(texts.path).min(1, texts.path);
const path = z.union(
  [name.transform((one): ClaimPath => [one]), z.array(name, texts.path).min(1, texts.path)],
  texts.path,
);
const url = z.string(texts.url).refine(isSafeUrl, texts.url);
const scope = z.enum(scopes, texts.scopes);
const pattern = z.string(texts.tenants).refine((text) => isTenantPattern(text), texts.tenants);

const entry = z
  .strictObject(
    {
      issuer,
      audiences: words.optional(),
      clientIds: words.optional(),
      tenantClaim: path
        .refine(([name, ...rest]) => rest.length > 0 || !isRegistered(name), texts.tenantClaim)
        .optional(),
      tenants: z.array(pattern, texts.tenants).min(1, texts.tenants).optional(),
      scopeClaims: z.array(path, texts.path).min(1, texts.path).optional(),
      scopeNames: z
        .record(word, z.enum(scopes, texts.scopeNames), texts.scopeNames)
        .refine((names) => !scopes.some((one) => Object.hasOwn(names, one)), texts.scopeNames)
        .optional(),
      scopes: z.array(scope, texts.scopes).min(1, texts.scopes).optional(),
      jwksUri: url.optional(),
      discoveryUrl: url.optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? texts.issuers : undefined) },
  )
  .refine((one) => one.audiences ?? one.clientIds, texts.audiencesOrClients)
  .refine((one) => !one.jwksUri || !one.discoveryUrl, texts.oneUrl)
  .refine(
    (one) =>
      !one.tenants ||
      !one.scopes?.some((held) => scopesOfAllTenants.some((given) => given === held)),
    texts.tenantsOnly,
  )
  // An issuer of one tenant needs no claim; each other one has one.
  .transform(({ audiences = [], ...one }) => ({
    ...one,
    audiences,
    ...(one.tenantClaim === undefined &&
      !isOneTenant(one.tenants) && { tenantClaim: ['tenant_id'] }),
  }));

/** One of the list, as it is written. */
export type GivenIssuer = Readonly<z.input<typeof entry>>;

/** The list of issuers. */
export const severalIssuers = {
  issuers: valueOrJson(
    z
      .array(entry, texts.issuers)
      .min(1, texts.issuers)
      .superRefine(noneTwice('issuer', () => texts.twice))
      .transform(parsed)
      .refine((all) => fitEnvironment(all), texts.tooMany),
  ),
};

/** @returns the settings as the functions read them */
function parsed(issuers: unknown): IssuerSettings[] {
  return [...issuersSettings.parse(issuers)];
}

const isRegistered = (name: string | undefined) => registeredClaims.includes(name ?? '');

const isTenantPattern = (text: string) =>
  tenantId.safeParse(text).success || /^[a-z0-9][a-z0-9-]{0,61}\*$/.test(text);

/** A token's `iss` is compared as a string, so only a URL in its normalized spelling is taken. */
function isIssuer(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { origin, pathname } = new URL(value);
  const plain = `${origin}${pathname}`.replace(/\/+$/, '');
  // Some issuers, Auth0 among them, end in a slash.
  return isSafeUrl(value) && (value === plain || value === `${plain}/`);
}
