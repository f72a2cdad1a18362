/** In what policies and list of permissions differ, by theorem 5, in sentences. */
import { counterexampleOf } from '../../prove/counterexample.ts';
import { type PermissionList, readPermissions } from '../../prove/permission-list.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';
import { permissionsTheorem } from '../../prove/theorems/permissions.ts';

export const list = readPermissions();

/** @returns what is about the role, where nothing else differs */
export async function differences(
  title: string,
  stack: StackPolicies,
  solver: Solver,
  by: PermissionList = list,
) {
  const theorem = permissionsTheorem(() => by);
  const isOfRole = ({ about }: { readonly about: string }) => about.includes(` ${title}`);
  const [proof] = await prove(stack, solver, [
    {
      ...theorem,
      questions: (of) => theorem.questions(of).filter(isOfRole),
      examples: (of) => theorem.examples?.(of).filter(isOfRole) ?? [],
    },
  ]);
  const sentences = (proof?.open ?? [])
    .filter(({ kind }) => kind !== 'unknown')
    .map(({ about, kind, model }) =>
      kind === 'counterexample' ? counterexampleOf(about, model) : `not possible: ${about}`,
    );
  return { verdict: proof?.verdict, sentences };
}
