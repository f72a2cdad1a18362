/** What the user sees during the run: on a terminal one line that is overwritten, elsewhere only failures. */
import type { WriteStream } from 'node:tty';
import { failuresOf, type Summary, totalOf } from './summary.ts';

export interface Progress {
  update(summary: Summary, rate: number): void;
  /** a line that stays */
  say(line: string): void;
  end(): void;
}

type Output = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

const barWidth = 24;
const clearLine = '\r\x1b[2K';

export function openProgress(output: Output): Progress {
  let bar = '';
  const show = () => output.write(`${clearLine}${bar}`);
  if (!output.isTTY) {
    return { update() {}, say: (line) => void output.write(`${line}\n`), end() {} };
  }
  return {
    update(summary, rate) {
      // A bar that wraps cannot be overwritten.
      bar = barOf(summary, rate).slice(0, (output.columns ?? 80) - 1);
      show();
    },
    say(line) {
      output.write(`${clearLine}${line}\n`);
      show();
    },
    end() {
      bar = '';
      show();
    },
  };
}

/** @returns such as `[######..................] 250/1000, at most 4/s, 188 s left, 2 failed` */
export function barOf(summary: Summary, rate: number): string {
  const total = totalOf(summary);
  const done = total - summary.unsent;
  const filled = Math.floor((barWidth * done) / Math.max(total, 1));
  const parts = [`${done}/${total}`, `at most ${Number(rate.toFixed(1))}/s`];
  if (summary.unsent > 0) parts.push(`${durationOf(summary.unsent / rate)} left`);
  const failures = failuresOf(summary);
  if (failures > 0) parts.push(`${failures} failed`);
  return `[${'#'.repeat(filled).padEnd(barWidth, '.')}] ${parts.join(', ')}`;
}

const durationOf = (seconds: number) =>
  seconds < 300 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
