/**
 * The verdict on one key. Invariant: it is `proved` only where all of it was read and known, it has one tenant, and no
 * way round its policy.
 */
import { policyOf } from '../formula/policy.ts';
import { sentenceOf } from '../report.ts';
import type { KeyProver } from './key-proofs.ts';
import { documentOf } from './policy-text.ts';
import type { KeyReading } from './tenant-keys.ts';

export interface KeyFinding {
  /** absent where it is no theorem's */
  readonly theorem?: string;
  readonly verdict: 'refuted' | 'unknown';
  readonly sentence: string;
}

export interface KeyVerdict {
  readonly keyId: string;
  /** by its tag; absent where it has not one */
  readonly tenantId?: string;
  readonly verdict: 'proved' | 'refuted' | 'unknown';
  /** whether it has the policy that the product gives each tenant's key */
  readonly isOfAll: boolean;
  readonly findings: readonly KeyFinding[];
}

export async function verdictOn(key: KeyReading, prover: KeyProver): Promise<KeyVerdict> {
  const [tag, ...others] = key.tenants;
  const isOne = tag !== undefined && others.length === 0;
  // Without the tag a proof says less, but a policy that lets others in is told all the same.
  const tenantId = isOne ? tag : key.aliased[0];
  const { isOfAll, findings } = await provedOf(key, tenantId, prover);
  const all = [...ownFindings(key), ...findings];
  const isRefuted = all.some(({ verdict }) => verdict === 'refuted');
  return {
    keyId: key.keyId,
    ...(isOne && { tenantId: tag }),
    verdict: all.length === 0 ? 'proved' : isRefuted ? 'refuted' : 'unknown',
    isOfAll,
    findings: all,
  };
}

const unknown = (sentence: string): KeyFinding => ({ verdict: 'unknown', sentence });

function ownFindings({ keyId, tenants, aliased, grants, unread }: KeyReading): KeyFinding[] {
  const strange = aliased.filter((tenant) => tenants.length > 0 && !tenants.includes(tenant));
  return [
    ...unread.map(unknown),
    ...(tenants.length === 1
      ? []
      : [unknown(`it has ${tenants.length} tags that name its tenant`)]),
    ...strange.map((tenant) =>
      unknown(`its tag says that it is ${tenants.join(' or ')}'s, an alias that it is ${tenant}'s`),
    ),
    ...(keyId.startsWith('mrk-')
      ? [unknown('it may have replicas in other Regions, whose policies are not read')]
      : []),
    ...grants.map(
      ({ GranteePrincipal, Operations = [] }): KeyFinding => ({
        theorem: '3',
        verdict: 'refuted',
        sentence: `a grant lets ${GranteePrincipal} do ${Operations.join(', ')}, whatever its policy says`,
      }),
    ),
  ];
}

async function provedOf(
  { policy, arn }: KeyReading,
  tenantId: string | undefined,
  prover: KeyProver,
): Promise<Pick<KeyVerdict, 'isOfAll' | 'findings'>> {
  if (policy === undefined || tenantId === undefined) return { isOfAll: false, findings: [] };
  try {
    const document = documentOf('its policy', policy);
    const { isOfAll, open } = await prover(policyOf('its policy', document), { tenantId, arn });
    const findings = open.map(
      ({ theorem, verdict, open: [first] }): KeyFinding => ({
        theorem: theorem.id,
        verdict: verdict === 'refuted' ? 'refuted' : 'unknown',
        sentence: first === undefined ? 'not known' : sentenceOf(first),
      }),
    );
    return { isOfAll, findings: [...findings, ...otherTenants(document, tenantId, findings)] };
  } catch (error) {
    // An element that is not known, or anything else that keeps it from being proved.
    return { isOfAll: false, findings: [unknown((error as Error).message)] };
  }
}

/** For a person: why nothing holds of a key whose policy is another tenant's. */
function otherTenants(
  document: object,
  tenantId: string,
  findings: readonly KeyFinding[],
): KeyFinding[] {
  const found = [...JSON.stringify(document).matchAll(/"aws:PrincipalTag\/TenantId":"([^"]*)"/gi)];
  const others = new Set(found.map(([, value = '']) => value).filter((one) => one !== tenantId));
  if (findings.length === 0) return [];
  return [...others].map((one) => ({
    verdict: 'refuted',
    sentence: `its tag says that it is ${tenantId}'s, its policy speaks of ${one}`,
  }));
}
