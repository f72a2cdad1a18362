/** Each answer of npm's z3 is the one to its own question, or there is none. */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';

let solver: Solver;
afterEach(() => solver.close());

const script = (value: string) =>
  `(declare-const x String)\n(assert (= x "x"))\n(assert (= x "${value}"))`;

test('questions that are asked at once have their own answers', async () => {
  solver = await z3();
  const values = ['x', 'y', 'x', 'x', 'y'];
  const answers = await Promise.all(values.map((value) => solver.check(script(value))));
  expect(answers.map(({ verdict }) => verdict)).toEqual(
    values.map((value) => (value === 'x' ? 'sat' : 'unsat')),
  );
});

test('also where the process is another one after so many questions', async () => {
  solver = await z3();
  const values = Array.from({ length: 120 }, (_, at) => (at % 3 === 0 ? 'x' : 'y'));
  const answers = await Promise.all(values.map((value) => solver.check(script(value))));
  expect(answers.map(({ verdict }) => verdict)).toEqual(
    values.map((value) => (value === 'x' ? 'sat' : 'unsat')),
  );
}, 60_000);

test('a script that is cut off is refused', async () => {
  solver = await z3();
  await expect(solver.check(script('y').slice(0, -3))).rejects.toThrow();
  expect(await solver.check(script('x'))).toMatchObject({ verdict: 'sat' });
});

test('what takes longer than its limit is unknown', async () => {
  solver = await z3(1);
  const hard = `${Array.from({ length: 6 }, (_, at) => `(declare-const x${at} String)`).join('\n')}
(assert (= (str.++ x0 "a" x1 "b" x2) (str.++ x3 "b" x4 "a" x5)))
(assert (str.in_re (str.++ x0 x1 x2) (re.* (re.++ (str.to_re "ab") (re.* (str.to_re "c"))))))
(assert (not (= x0 x3)))
(assert (> (str.len (str.++ x0 x1)) 200))`;
  expect((await solver.check(hard)).verdict).not.toBe('unsat');
});

test('a process that died gives no answer, to no question', async () => {
  const processes: ChildProcess[] = [];
  const note = (message: unknown) => {
    processes.push((message as { process: ChildProcess }).process);
  };
  subscribe('child_process', note);
  solver = await z3();
  unsubscribe('child_process', note);
  const asked = solver.check(script('y'));
  await setImmediate();
  for (const one of processes) one.kill('SIGKILL');
  await expect(asked).rejects.toThrow('z3 ended');
  await expect(solver.check(script('y'))).rejects.toThrow();
});
