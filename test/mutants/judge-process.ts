/** A process that judges guards, one at a time, until the one that started it is through. */
import { native } from '../../prove/solver/native.ts';
import { z3 } from '../../prove/solver/z3.ts';
import type { Mutant } from '../isolation/mutants.ts';
import { type Judged, judgeOf } from './judge.ts';
import { mutatedStacks } from './mutated-stack.ts';

/** One of the guards of {@link mutatedStacks}. */
export interface Asked {
  readonly stack: number;
  readonly mutant: number;
}
export type Answered =
  | { readonly solver: string; readonly judged: Judged }
  | { readonly error: string };

const solver = (await native('cvc5')) ?? (await native('z3')) ?? (await z3());
const stacks = mutatedStacks();
const judges = new Map<number, ReturnType<typeof judgeOf>>();

async function judge({ stack: at, mutant }: Asked): Promise<Judged> {
  const stack = stacks[at] as (typeof stacks)[number];
  const judgeOne = judges.get(at) ?? judgeOf(stack, solver);
  judges.set(at, judgeOne);
  return (await judgeOne)(stack.mutants[mutant] as Mutant);
}

process.on('message', (asked: Asked) => {
  judge(asked).then(
    (judged) => process.send?.({ solver: solver.name, judged } satisfies Answered),
    (error: Error) => process.send?.({ error: String(error.stack) } satisfies Answered),
  );
});
process.once('disconnect', () => void solver.close().then(() => process.exit(0)));
