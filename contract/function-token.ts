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

/** What of the request the broker cannot make itself. */
export const signedHeaders = z.strictObject({
  authorization: field,
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
