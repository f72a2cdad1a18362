/**
 * Whether a token counts, and why. The verdict is that of the authorizer's own module, of the same keys and
 * configuration; what is said beside it explains and decides nothing. Invariant: nothing that is said has the token.
 */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { issuerFaults } from '../../contract/issuer-faults.ts';
import type { IssuerSettings } from '../../contract/issuers.ts';
import { routes } from '../../contract/routes.ts';
import type { Claims } from '../../lambdas/tokens/claims.ts';
import { IssuerUnavailable } from '../../lambdas/tokens/jwks-cache.ts';
import type { Permissions } from '../../lambdas/tokens/permissions.ts';
import { permissionRefusals, refusalOf, refusals } from '../../lambdas/tokens/refusals.ts';
import type { TokenKeys } from '../../lambdas/tokens/token-verifier.ts';
import { verifiedTokens } from '../../lambdas/tokens/verified-token.ts';
import {
  audienceFact,
  headerFact,
  issuerFact,
  scopeFacts,
  tenantFact,
  timesFact,
} from './facts.ts';
import { remedies } from './remedies.ts';
import { shown } from './shown.ts';

/** Thrown by keys that are not to be asked for. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

export interface Checked {
  /** whether it counts and permits something */
  readonly isGood: boolean;
  /** sentences, the verdict first */
  readonly lines: readonly string[];
}

/** @param now in epoch milliseconds, by this machine's clock */
export async function checkToken(
  token: string,
  issuers: readonly IssuerSettings[],
  keys: TokenKeys,
  now = Date.now(),
): Promise<Checked> {
  const { isGood, verdict, remedy, after = [] } = await verdictOn(token, issuers, keys);
  const facts = factsOf(token, issuers, Math.floor(now / 1000));
  const heading = isGood ? [] : ['What it says of itself, which nobody has vouched for:'];
  const lines = [verdict, ...(facts.length > 0 ? [...heading, ...facts] : []), ...after];
  return { isGood, lines: remedy === undefined ? lines : [...lines, `What to do: ${remedy}`] };
}

interface Verdict {
  readonly isGood: boolean;
  readonly verdict: string;
  readonly remedy?: string;
  readonly after?: readonly string[];
}

async function verdictOn(
  token: string,
  issuers: readonly IssuerSettings[],
  keys: TokenKeys,
): Promise<Verdict> {
  try {
    const { permissions, refusal, principal } = await verifiedTokens(issuers, keys)(token);
    if (permissions !== undefined) {
      const after = [`To the audit it is ${shown(principal)}.`, ...mayDo(permissions)];
      return { isGood: true, verdict: 'The token counts.', after };
    }
    const why = refusal ?? 'no-scope';
    const verdict = `The token counts, but permits nothing (403). ${permissionRefusals[why]}`;
    return { isGood: false, verdict, remedy: remedies[why] };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Verdict {
  if (error instanceof NotAsked) {
    return {
      isGood: false,
      verdict:
        'The token was not checked: without its issuer (--offline) nobody knows whether its signature is right.',
    };
  }
  if (error instanceof IssuerUnavailable) {
    const fault = issuerFaults[error.of.fault];
    return {
      isGood: false,
      verdict: `The token could not be checked (503): its issuer gives no keys. ${fault}`,
    };
  }
  const why = refusalOf(error);
  return {
    isGood: false,
    verdict: `The token does not count (401). ${refusals[why]}`,
    remedy: remedies[why],
  };
}

/** As the authorizer's policy has it (lambdas/authorizer/api-policy.ts). */
function mayDo({ scopes, tenantId }: Permissions): string[] {
  const granted = routes.filter((route) => route.scopes.some((scope) => scopes.has(scope)));
  return [
    `It may do ${granted.length} of ${routes.length} operations:`,
    ...granted.map(
      ({ method, path }) => `  ${method} ${path.replace('{tenantId}', tenantId ?? '{tenantId}')}`,
    ),
  ];
}

function factsOf(token: string, issuers: readonly IssuerSettings[], now: number): string[] {
  const parts = decoded(token);
  if (parts === undefined) return [];
  const { header, claims } = parts;
  const settings = issuers.find(({ issuer }) => issuer === claims.iss);
  return [
    issuerFact(claims, issuers),
    headerFact(header),
    timesFact(claims, now),
    ...(settings === undefined
      ? []
      : [
          audienceFact(claims, settings),
          tenantFact(claims, settings),
          ...scopeFacts(claims, settings),
        ]),
  ];
}

function decoded(token: string): { header: Claims; claims: Claims } | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}
