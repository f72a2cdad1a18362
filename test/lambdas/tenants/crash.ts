import type { Fault } from './aws.ts';

/** A process that crashes at its n-th call to AWS: nothing that it does afterwards reaches AWS. */
export function crashAt(
  call: number,
  side: 'before' | 'after',
): Fault & { readonly calls: number } {
  let calls = 0;
  let crashed = false;
  const crash = () => {
    crashed = true;
    throw new Error('the process ended');
  };
  return {
    get calls() {
      return calls;
    },
    before() {
      if (crashed) crash();
      calls += 1;
      if (side === 'before' && calls === call) crash();
    },
    after() {
      // Of two calls at once it is the first answer.
      if (side === 'after' && calls >= call && !crashed) crash();
    },
  };
}
