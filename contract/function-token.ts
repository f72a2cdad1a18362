/**
 * What a function of the product asks the session broker for where Vault takes tokens of the product's own issuer: one that says which
 * function it is. Invariant: the broker does not believe who asks, and STS says who it is: the question is a request
 * GetCallerIdentity that the function has signed with its own role's credentials and not sent, which counts for this one broker.
 */
import * as z from 'zod/mini';
import { tokenRefusals } from './session-broker.ts';

/** Those that administer keys, as the roles of Vault's JWT mount are called. */
export const signedInFunction = z.enum(['control-plane', 'reconciler', 'certificates']);
export type SignedInFunction = z.output<typeof signedInFunction>;

/** With the colon it can be no tenant's id, and before it stands another word than before tenants'. */
export const functionTokenSubject = (name: SignedInFunction): string => `function:${name}`;

/** Signed along with the request, so that it proves nothing to anybody else: the name of the broker's function. */
export const brokerHeader = 'x-tenant-keys-broker';

/** In header fields as they were signed: visible characters of ASCII, so that none of them begins another field. */
const field = z.string().check(z.regex(/^[\x20-\x7e]{1,4096}$/));

/**
 * The whole of it, so that what stands there is what STS reads: the broker's header is among those that were signed, since STS lets a
 * header be there that is not, unless it is its own (IAM User Guide, "Create a signed AWS API request").
 */
const authorization = field.check(
  z.regex(
    /^AWS4-HMAC-SHA256 Credential=[\w/-]+, ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}$/,
  ),
);

/** @returns whether the broker's name was signed along */
export const isSignedForBroker = ({ authorization }: SignedHeaders): boolean =>
  /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';').includes(brokerHeader) === true;

/** What of the request the broker cannot make itself. */
export const signedHeaders = z.strictObject({
  authorization,
  'x-amz-date': field,
  'x-amz-security-token': field,
});
export type SignedHeaders = z.output<typeof signedHeaders>;

export const functionTokenRequest = z.strictObject({
  wants: z.literal('function-token'),
  signed: signedHeaders,
});
export type FunctionTokenRequest = z.output<typeof functionTokenRequest>;

export const functionTokenAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('issued'),
    /** whom the token names */
    function: signedInFunction,
    /** JWT of the product's own issuer */
    identityToken: z.string().check(z.minLength(1)),
  }),
  ...tokenRefusals,
]);
export type FunctionTokenAnswer = z.output<typeof functionTokenAnswer>;
