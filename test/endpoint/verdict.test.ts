import { describe, expect, test } from '@jest/globals';
import { type Guarantee, judge, type Verdict } from './guarantee.ts';
import type { Identities } from './identities.ts';
import { openReport } from './report.ts';

const noIdentities = {} as Identities;
const failing = (name: string) => () => Promise.reject(Object.assign(new Error('x'), { name }));
const outcomeOf = async (guarantee: Omit<Guarantee, 'name'>) =>
  (await judge({ name: 'test', ...guarantee }, noIdentities)).outcome;

describe('what an answer says about a guarantee', () => {
  test('a denial is enforcement', async () => {
    expect(await outcomeOf({ attempt: failing('AccessDeniedException') })).toBe('enforced');
    expect(await outcomeOf({ attempt: failing('AccessDenied') })).toBe('enforced');
  });

  test('what was done is not enforced', async () => {
    expect(await outcomeOf({ attempt: async () => {} })).toBe('not enforced');
  });

  test('any other error proves nothing', async () => {
    expect(await outcomeOf({ attempt: failing('UnknownOperationException') })).toBe('unclear');
    expect(await outcomeOf({ attempt: failing('TimeoutError') })).toBe('unclear');
  });

  test('another refusal counts where it is named', async () => {
    const attempt = failing('InvalidCiphertextException');
    expect(await outcomeOf({ attempt })).toBe('unclear');
    expect(await outcomeOf({ attempt, refusals: ['InvalidCiphertextException'] })).toBe('enforced');
  });

  test('a denial to every principal proves nothing', async () => {
    const attempt = failing('AccessDeniedException');
    expect(await outcomeOf({ attempt, control: attempt })).toBe('unclear');
    expect(await outcomeOf({ attempt, control: async () => {} })).toBe('enforced');
  });
});

describe('the exit code', () => {
  const report = () => openReport(() => {}, new AbortController().signal);
  const verdict = (outcome: Verdict['outcome']) => ({ guarantee: 'test', outcome, answer: '' });

  test('what is not enforced counts only where enforcement is required', () => {
    for (const outcome of ['not enforced', 'unclear'] as const) {
      const run = report();
      run.verdict(verdict('enforced'));
      run.verdict(verdict(outcome));
      expect(run.end(false)).toBe(0);
      expect(run.end(true)).toBe(1);
    }
  });

  test('all enforced is good', () => {
    const run = report();
    run.verdict(verdict('enforced'));
    expect(run.end(true)).toBe(0);
  });

  test('nothing tried is not all enforced', () => {
    expect(report().end(true)).toBe(1);
  });

  test('a step that failed counts, and is thrown', async () => {
    const run = report();
    await expect(run.step('test', failing('Error'))).rejects.toThrow('x');
    expect(run.end(false)).toBe(1);
  });

  test('what ended the run is printed once, in a step or not', async () => {
    const lines: string[] = [];
    const run = openReport((line) => lines.push(line), new AbortController().signal);
    const error = new Error('broken');
    await expect(run.step('test', () => Promise.reject(error))).rejects.toThrow(error);
    run.ended(error);
    expect(lines.filter((line) => line.includes('broken'))).toHaveLength(1);
    const other = report();
    other.ended(error);
    expect(other.end(false)).toBe(1);
  });

  test('what was left behind counts', () => {
    const run = report();
    run.removal({ what: 'table', error: new Error('denied') });
    expect(run.end(false)).toBe(1);
  });

  test('a run that was stopped starts no step', async () => {
    const stop = new AbortController();
    const run = openReport(() => {}, stop.signal);
    stop.abort(new Error('interrupted'));
    let begun = false;
    const step = run.step('test', async () => {
      begun = true;
    });
    await expect(step).rejects.toThrow('interrupted');
    expect(begun).toBe(false);
    expect(run.end(false)).toBe(1);
  });
});
