/**
 * What is wrong with an issuer whose keys cannot be read: the word for logs, and the sentence for people, callers too.
 * Invariant: a sentence has no URL and nothing that the issuer said.
 */
import { unavailable } from './problem.ts';

export const issuerFaults = {
  unreachable:
    'It cannot be reached, or does not answer with 200: name, network, TLS, a redirect, or more than 2 seconds.',
  nonsense: 'It answers with something that is no discovery document, or no JWKS.',
  'names-another':
    'Its discovery document names another issuer than the configuration does. Some do so for good: then configure `jwksUri`, or the right `discoveryUrl`.',
  'too-large': 'It answers with more than 256 kB, or with more than 100 keys.',
  unsafe:
    'Its keys are to be read from a URL that is not https, or that has credentials or a fragment.',
} as const;
export type IssuerFault = keyof typeof issuerFaults;

export const issuerFaultNames = Object.keys(issuerFaults) as [IssuerFault, ...IssuerFault[]];

/** An issuer that gave no keys is asked again after five seconds. */
export const tokenUnchecked = (detail: string) =>
  unavailable(5, 503, `The token could not be checked. ${detail}`);

/** It says nothing about the token. */
export const issuerUnavailable = (fault: IssuerFault) =>
  tokenUnchecked(
    `Its issuer gives no keys. ${issuerFaults[fault]} Send the same request again later.`,
  );
