import type { Fault } from './aws.ts';

/** A process that ends at its n-th call to AWS: nothing that it does afterwards reaches AWS. */
export function deathAt(
  call: number,
  side: 'before' | 'after',
): Fault & { readonly calls: number } {
  let calls = 0;
  let dead = false;
  const die = () => {
    dead = true;
    throw new Error('the process ended');
  };
  return {
    get calls() {
      return calls;
    },
    before() {
      if (dead) die();
      calls += 1;
      if (side === 'before' && calls === call) die();
    },
    after() {
      // Of two calls at once it is the first answer.
      if (side === 'after' && calls >= call && !dead) die();
    },
  };
}
