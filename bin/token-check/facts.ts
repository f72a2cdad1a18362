/** What a token says of itself, each thing beside what is configured, in sentences. It decides nothing. */
import { tenantIdOf } from '../../contract/external-tenant-id.ts';
import { type IssuerSettings, scopes } from '../../contract/issuers.ts';
import { type Claims, claimAt, clientsOf } from '../../lambdas/tokens/claims.ts';
import { claimedScopes } from '../../lambdas/tokens/scopes.ts';
import { shown, shownDuration, shownPath } from './shown.ts';

export function issuerFact(claims: Claims, issuers: readonly IssuerSettings[]): string {
  const { iss } = claims;
  if (issuers.some(({ issuer }) => issuer === iss)) return `Its issuer is ${shown(iss)}.`;
  const near = issuers.find(({ issuer }) => plain(issuer) === plain(iss));
  const configured = issuers.map(({ issuer }) => shown(issuer)).join(', ');
  const only = near && ` It differs from ${shown(near.issuer)} by case or a slash at the end only.`;
  return `Its issuer is ${shown(iss)}; configured: ${configured}.${only ?? ''}`;
}

const plain = (issuer: unknown): string => String(issuer).toLowerCase().replace(/\/+$/, '');

export const headerFact = ({ alg, kid, typ }: Claims): string =>
  `Its header says: algorithm ${shown(alg)}, key ${shown(kid)}, type ${shown(typ)}.`;

/** @param now in epoch seconds, by this machine's clock */
export function timesFact({ iat, nbf, exp }: Claims, now: number): string {
  const said = [
    typeof exp === 'number'
      ? `${exp < now ? 'It expired' : 'It expires'} ${when(exp, now)}`
      : `Its exp is ${shown(exp)}`,
    typeof iat === 'number' ? `it was issued ${when(iat, now)}` : undefined,
    typeof nbf === 'number' && nbf > now ? `it is valid ${when(nbf, now)}` : undefined,
  ];
  const clock = `by this machine's clock (${new Date(now * 1000).toISOString()})`;
  const isEarly = typeof iat === 'number' && iat > now;
  const differs = isEarly ? " So this clock is behind the issuer's, by that much at least." : '';
  return `${said.filter(Boolean).join('; ')}; ${clock}.${differs}`;
}

const when = (at: number, now: number): string =>
  at < now ? `${shownDuration(now - at)} ago` : `in ${shownDuration(at - now)}`;

export function audienceFact(
  claims: Claims,
  { audiences, clientIds = [] }: IssuerSettings,
): string {
  const clients = clientsOf(claims).map(shown).join(', ');
  return claims.aud === undefined
    ? `It has no aud; its client is ${clients || 'not named'}, and clientIds are ${shown(clientIds)}.`
    : `Its aud is ${shown(claims.aud)}; audiences are ${shown(audiences)}.`;
}

/** @returns one sentence for each scope of ours, and one that there is none */
export function scopeFacts(claims: Claims, settings: IssuerSettings): string[] {
  const claimed = claimedScopes(claims, settings);
  const { scopeClaims, scopes: ofIssuer = scopes } = settings;
  if (claimed.length === 0) {
    const values = scopeClaims.map((path) => {
      const { isThere, value } = claimAt(claims, path);
      return `${shownPath(path)} ${isThere ? `is ${shown(value)}` : 'is not there'}`;
    });
    return [`No claim has a scope of this API: ${values.join(', ')}.`];
  }
  return claimed.map(({ scope, claim, name }) => {
    const called = name === scope ? '' : `, called ${shown(name)} there`;
    const kept = ofIssuer.includes(scope) ? '' : '; but its issuer may not give it (`scopes`)';
    return `It claims ${scope} by ${shownPath(claim)}${called}${kept}.`;
  });
}

export function tenantFact(claims: Claims, { tenantClaim, tenants }: IssuerSettings): string {
  if (tenantClaim === undefined) return `Each token of its issuer is of tenant ${tenants?.[0]}.`;
  const { isThere, value } = claimAt(claims, tenantClaim);
  const claim = `the tenant claim ${shownPath(tenantClaim)}`;
  if (!isThere) return `It names no tenant: ${claim} is not there.`;
  const id = tenantIdOf(value);
  if (id === undefined) return `It has ${claim}, but ${shown(value)} names no tenant.`;
  const how = [value].flat()[0] === id ? 'as it is' : "which is no tenant's id and so encoded";
  return `It is of tenant ${id}: ${claim} is ${shown(value)}, ${how}.`;
}
