/** What a run prints: one line for each step, each guarantee and each removal; then a summary. */
import type { Removal } from './clean-up.ts';
import type { Verdict } from './guarantee.ts';

export interface Report {
  heading(text: string): void;
  /**
   * @param detail what the result says, in a few words
   * @throws what the step threw, once its line is printed; the signal's reason where the run was stopped
   */
  step<T>(what: string, act: () => Promise<T>, detail?: (result: T) => string): Promise<T>;
  /** something that the endpoint does otherwise than AWS */
  gap(what: string): void;
  verdict(verdict: Verdict): void;
  /** what ended the run, not printed again where a step has printed it */
  ended(error: unknown): void;
  removal(removal: Removal): void;
  /** @returns the exit code */
  end(requireEnforcement: boolean): number;
}

export function openReport(print: (line: string) => void, signal: AbortSignal): Report {
  const count = { ok: 0, failed: 0, left: 0, gaps: 0 };
  const verdicts: Verdict[] = [];
  const printed = new Set<unknown>();
  const line = (state: string, what: string, detail: string) =>
    print(`  ${state.padEnd(8)} ${what}${detail === '' ? '' : `: ${detail}`}`);
  const failed = (what: string, error: unknown) => {
    if (printed.has(error)) return;
    printed.add(error);
    count.failed += 1;
    line('failed', what, reasonOf(error));
  };
  return {
    heading: (text) => print(`\n${text}`),
    async step(what, act, detail = () => '') {
      try {
        signal.throwIfAborted();
        const result = await act();
        count.ok += 1;
        line('ok', what, detail(result));
        return result;
      } catch (error) {
        failed(what, error);
        throw error;
      }
    },
    gap(what) {
      count.gaps += 1;
      line('gap', `of this endpoint: ${what}`, '');
    },
    verdict(verdict) {
      verdicts.push(verdict);
      print(`  ${labels[verdict.outcome].padEnd(30)} ${verdict.guarantee} (${verdict.answer})`);
    },
    ended: (error) => failed('the run', error),
    removal({ what, error }) {
      if (error === undefined) return line('removed', what, '');
      count.left += 1;
      line('LEFT', what, reasonOf(error));
    },
    end(requireEnforcement) {
      const enforced = verdicts.filter(({ outcome }) => outcome === 'enforced').length;
      print('');
      print(
        `${count.ok} steps ok, ${count.failed} failed, ${count.gaps} gaps; ` +
          `${enforced} of ${verdicts.length} guarantees enforced; ${count.left} things left behind`,
      );
      if (enforced < verdicts.length) {
        print(
          'This endpoint is no proof of the isolation: AWS, or npm start, enforces what it does not.',
        );
      }
      const good = count.failed === 0 && count.left === 0;
      // A run that ended before it tried anything has shown nothing.
      const whole = verdicts.length > 0 && enforced === verdicts.length && count.gaps === 0;
      return good && (!requireEnforcement || whole) ? 0 : 1;
    },
  };
}

const labels: Readonly<Record<Verdict['outcome'], string>> = {
  enforced: 'enforced',
  'not enforced': 'NOT ENFORCED by this endpoint',
  unclear: 'UNCLEAR',
};

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as Error & { code?: unknown };
  const text = error.message === '' ? String(code ?? 'no message') : error.message;
  return ['Error', 'AggregateError'].includes(error.name) ? text : `${error.name}: ${text}`;
}
