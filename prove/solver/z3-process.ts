/**
 * z3 as a WebAssembly module, in a process of its own: its memory grows with every question, and its threads would keep
 * a process from ending. Not by `eval_smtlib2_string`, which hands over text that is freed while it is read. The number
 * of assertions is counted, since a script that cannot be parsed gives none, and anything would satisfy it.
 */
import type { Ask, Reply } from './z3.ts';

// The binding frees what is garbage at any time, also while a check runs in its thread, and z3 breaks down by that.
globalThis.FinalizationRegistry = class implements FinalizationRegistry<unknown> {
  readonly [Symbol.toStringTag] = 'FinalizationRegistry';
  register() {}
  unregister() {
    return false;
  }
};
const { init } = await import('z3-solver');
const { Context, Z3 } = await init();
const { Solver, Bool } = Context('prove');

async function check({ script, timeoutMs, assumed }: Ask): Promise<Reply> {
  const solver = new Solver();
  solver.set('timeout', timeoutMs);
  solver.set('core.minimize', true);
  solver.fromString(script);
  const expected = script.split('\n').filter((line) => line.startsWith('(assert ')).length;
  if (solver.assertions().length() !== expected) throw new Error('z3 cannot read the script');
  const verdict = await solver.check(...assumed.map((name) => Bool.const(name)));
  return {
    verdict,
    model: verdict === 'sat' ? solver.model().sexpr() : '',
    core: verdict === 'unsat' ? [...solver.unsatCore()].map((one) => one.sexpr()) : [],
  };
}

process.on('message', async (ask: Ask) => {
  const reply = await check(ask).catch((error: Error) => ({ error: error.message }));
  process.send?.(reply);
});
// Its threads with it.
process.on('disconnect', () => process.exit());
process.send?.({ version: Z3.get_full_version() });
