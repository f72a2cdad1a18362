/** Reports, as tests of what reads and shows them take them. */
import type { Open, Proof } from '../../prove/prove.ts';
import { type Report, reportOf } from '../../prove/report.ts';
import { theorems } from '../../prove/theorems/theorems.ts';

const hash = (digit: string) => ({ sha256: digit.repeat(64), of: 'an example' });

/** @param open by theorem: what contradicts it, or is not known */
export function exampleReport(open: Readonly<Record<string, readonly Open[]>> = {}): Report {
  const proofs = theorems.map((theorem): Proof => {
    const against = open[theorem.id] ?? [];
    const isRefuted = against.some(({ kind }) => kind !== 'unknown');
    return {
      theorem,
      verdict: against.length === 0 ? 'proved' : isRefuted ? 'refuted' : 'unknown',
      open: against,
      questions: 80,
      scripts: 'c'.repeat(64),
      durationMs: 2500,
    };
  });
  return reportOf({
    template: hash('a'),
    policies: hash('b'),
    solver: 'Z3 5.1.0.0, WebAssembly',
    proofs,
    statements: new Map([['7.1', ['TenantKey NobodyElseUses']]]),
  });
}

/** A request of somebody whose tag is such a text. */
export const counterexample = (tag: string): Open => ({
  about: "another principal of the account, on a tenant's key",
  kind: 'counterexample',
  model: new Map<string, string | boolean>([
    ['request action', 'kms:decrypt'],
    ['request prove:tenant', 'acme'],
    ['request has prove:tenant', true],
    ['request has aws:principaltag/tenantid', true],
    ['request aws:principaltag/tenantid', tag],
  ]),
});
