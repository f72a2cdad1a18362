/**
 * What a request claims of whom and what it is for. Invariant: it is asked for once it is known who claims it, is
 * logged or refused as a whole, and is in nothing but the log and the audit.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type ClaimName, claim, claimHeaders } from '../../contract/claim-headers.ts';
import { badRequest } from '../../contract/problem.ts';
import { singleHeader } from './header-names.ts';

export type RequestClaims = Readonly<Partial<Record<ClaimName, string>>>;

const names = Object.entries(claimHeaders).map(
  ([header, name]) => [header.toLowerCase(), name] as const,
);

/**
 * @param event its header names in lower case
 * @throws Problem 400 for one that is given more than once, or is not as it must be
 */
export function claimsOf(event: APIGatewayProxyEvent): RequestClaims {
  const claims: Partial<Record<ClaimName, string>> = {};
  for (const [header, name] of names) {
    const value = singleHeader(event, header);
    if (value === undefined) continue;
    const { data, error } = claim.safeParse(value);
    if (data === undefined) throw badRequest(`${header}: ${error?.issues[0]?.message}`);
    claims[name] = data;
  }
  return claims;
}

/** @returns none where they are not as they must be: the request is then refused for them, or for something else */
export function loggableClaims(event: APIGatewayProxyEvent): RequestClaims {
  try {
    return claimsOf(event);
  } catch {
    return {};
  }
}
