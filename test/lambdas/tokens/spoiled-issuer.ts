/** Issuers with a fault each, and words of theirs that nobody is to be told. */
import type { IssuerFault } from '../../../contract/issuer-faults.ts';
import type { Issuer } from './issuer.ts';

export const issuersSecret = 'SECRET';
const elsewhere = `inside.example/${issuersSecret}`;

/** How an issuer comes to each fault. */
export const spoil: Readonly<Record<IssuerFault, (issuer: Issuer) => void>> = {
  unreachable: (one) => Object.assign(one, { status: 500 }),
  nonsense: (one) => Object.assign(one, { discovery: `<html>${elsewhere}` }),
  'names-another': (one) =>
    Object.assign(one.discovery as object, { issuer: `https://${elsewhere}` }),
  'too-large': (one) => Object.assign(one, { jwks: { keys: Array(101).fill({ kid: elsewhere }) } }),
  unsafe: (one) => Object.assign(one.discovery as object, { jwks_uri: `http://${elsewhere}` }),
};
