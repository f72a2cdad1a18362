/** The scopes of a token, in every form in which issuers write them. */
import { type ClaimPath, type IssuerSettings, scopes } from '../../contract/issuers.ts';
import type { Scope } from '../../contract/routes.ts';
import { type Claims, claimAt } from './claims.ts';

export interface ClaimedScope {
  readonly scope: Scope;
  /** the claim that has it */
  readonly claim: ClaimPath;
  /** its name there */
  readonly name: string;
}

/**
 * Each claim is a text of names with spaces between them (RFC 6749 section 3.3) or a list of such texts. What it
 * names otherwise is somebody else's.
 * @returns the scopes of ours that the token claims, whether its issuer may give them or not
 */
export function claimedScopes(
  claims: Claims,
  { scopeClaims, scopeNames }: Pick<IssuerSettings, 'scopeClaims' | 'scopeNames'>,
): ClaimedScope[] {
  const names = new Map<string, Scope>(Object.entries(scopeNames ?? {}));
  for (const scope of scopes) names.set(scope, scope);
  return scopeClaims.flatMap((claim) =>
    namesIn(claimAt(claims, claim).value).flatMap((name) => {
      const scope = names.get(name);
      return scope === undefined ? [] : [{ scope, claim, name }];
    }),
  );
}

const namesIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((one) =>
    typeof one === 'string' ? one.split(' ') : [],
  );
