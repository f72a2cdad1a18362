/** A solver's output is a verdict only where it read the whole script. */
import { describe, expect, test } from '@jest/globals';
import { answerOf, native, nativeSolvers } from '../../../prove/solver/native.ts';

describe('the output of a solver', () => {
  test.each([
    ['z3 without a model', 'unsat\n(error "line 9 column 10: model is not available")\n', 'unsat'],
    ['cvc5 without a model', 'unsat\n(error "Cannot get model unless after a SAT")\n', 'unsat'],
    ['z3 in doubt', 'unknown\n', 'unknown'],
    ['z3 out of time', 'timeout\n', 'unknown'],
    ['cvc5 out of time', 'cvc5 interrupted by timeout.\n', 'unknown'],
    ['a process that was killed', '', 'unknown'],
  ])('%s', (_, output, verdict) => {
    expect(answerOf(output, 'z3')).toEqual({ verdict, model: new Map() });
  });

  test('has the model of a sat', () => {
    const output = 'sat\n(\n  (define-fun |request action| () String\n    "kms:a""\\u{e9}")\n)\n';
    expect(answerOf(output, 'z3')).toEqual({
      verdict: 'sat',
      model: new Map([['request action', 'kms:a"é']]),
    });
  });

  test('is no verdict after an error: z3 goes on without what it could not read', () => {
    const output = '(error "line 1 column 24: unknown constant x")\nsat\n';
    expect(() => answerOf(output, 'z3')).toThrow('z3 cannot read the script: (error');
  });
});

/** `npm run test:solvers` says which are not installed. */
describe.each(nativeSolvers)('%s, where it is installed', (name) => {
  const script = (value: string) =>
    `(declare-const |a b| String)\n(assert (= |a b| "x"))\n(assert (= |a b| "${value}"))`;

  test('answers with verdict and model', async () => {
    const solver = await native(name);
    if (solver === undefined) return;
    expect(solver.name).toMatch(new RegExp(`^${name} \\d`));
    expect(await solver.check(script('y'))).toEqual({ verdict: 'unsat', model: new Map() });
    expect(await solver.check(script('x'))).toEqual({
      verdict: 'sat',
      model: new Map([['a b', 'x']]),
    });
  });

  test('refuses a script that it cannot read', async () => {
    const solver = await native(name);
    if (solver === undefined) return;
    await expect(solver.check('(assert undeclared)')).rejects.toThrow('cannot read the script');
  });

  test('is asked again after one that it could not read, or not answer in time', async () => {
    const solver = await native(name);
    if (solver === undefined) return;
    await expect(solver.check('(assert undeclared)')).rejects.toThrow();
    const factors = `${['a', 'b'].map((one) => `(declare-const ${one} Int)(assert (> ${one} 1))`).join('')}
      (assert (= (* a b) 1000000016000000063))`;
    expect(await solver.check(factors, 50)).toEqual({ verdict: 'unknown', model: new Map() });
    const all = ['y', 'x', 'y', 'x'].map((value) => solver.check(script(value)));
    const verdicts = (await Promise.all(all)).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['unsat', 'sat', 'unsat', 'sat']);
    // What an earlier question has declared is gone.
    await expect(solver.check('(assert (= |a b| "x"))')).rejects.toThrow('cannot read');
    await solver.close();
  });
});
