/** Whether a mutant allows nothing that the deployed stack does not: asked of a solver, of every policy that differs. */
import { isDeepStrictEqual } from 'node:util';
import { and, type Formula, not } from '../../prove/formula/formula.ts';
import {
  allowed,
  type Decided,
  type Policy,
  requestDecidedBy,
} from '../../prove/formula/policy.ts';
import { scriptOf } from '../../prove/formula/smt-lib.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';

/** A policy of a resource decides with the caller's own, of which nothing is known but that they allow it or do not. */
type Kind = 'identity' | 'key' | 'trust';

interface Changed {
  readonly kind: Kind;
  readonly before: readonly Policy[];
  readonly after: readonly Policy[];
}

export async function onlyCloses(
  deployed: StackPolicies,
  mutant: StackPolicies,
  solver: Solver,
): Promise<boolean> {
  const questions = changedIn(deployed, mutant).flatMap(opens);
  for (const question of questions) {
    const { verdict } = await solver.check(scriptOf([question]));
    if (verdict !== 'unsat') return false;
  }
  return questions.length > 0;
}

function changedIn(deployed: StackPolicies, mutant: StackPolicies): Changed[] {
  const pairs = [
    ...deployed.roles.flatMap((role, at): Changed[] => {
      const other = mutant.roles[at] as typeof role;
      return [
        { kind: 'trust', before: [role.trust], after: [other.trust] },
        { kind: 'identity', before: role.policies, after: other.policies },
      ];
    }),
    ...deployed.keys.map(({ policy }, at): Changed => {
      const after = [mutant.keys[at]?.policy as Policy];
      return { kind: 'key', before: [policy], after };
    }),
    {
      kind: 'key' as const,
      before: [deployed.tenantKeyPolicy],
      after: [mutant.tenantKeyPolicy],
    },
  ];
  return pairs.filter(({ before, after }) => !isDeepStrictEqual(before, after));
}

/** A resource that lets everybody do everything: there only what is denied is not allowed. */
const open: Policy = {
  name: 'Open',
  statements: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};

/** That there is a request which is allowed now and was not before. */
function opens({ kind, before, after }: Changed): Formula[] {
  const request = requestDecidedBy('request', [...before, ...after]);
  const decided = (policies: readonly Policy[]): Decided[] => {
    if (kind === 'identity')
      return [{ identity: policies }, { identity: policies, resource: open }];
    const [resource] = policies as [Policy];
    const isTrust = kind === 'trust';
    return [
      { identity: 'anything', resource, isTrust },
      { identity: [], resource, isTrust },
    ];
  };
  const now = decided(after);
  return decided(before).map((then, at) =>
    and(request.laws(), allowed(now[at] as Decided, request), not(allowed(then, request))),
  );
}
