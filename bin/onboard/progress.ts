/** What the user sees meanwhile: on a terminal one line that is written over, elsewhere failures only. */
import type { WriteStream } from 'node:tty';
import { failuresOf, type Tally, totalOf } from './summary.ts';

export interface Progress {
  update(tally: Tally, rate: number): void;
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
    update(tally, rate) {
      // A bar that wraps is not written over any more.
      bar = barOf(tally, rate).slice(0, (output.columns ?? 80) - 1);
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
export function barOf(tally: Tally, rate: number): string {
  const total = totalOf(tally);
  const done = total - tally.unsent;
  const filled = Math.floor((barWidth * done) / Math.max(total, 1));
  const parts = [`${done}/${total}`, `at most ${Number(rate.toFixed(1))}/s`];
  if (tally.unsent > 0) parts.push(`${durationOf(tally.unsent / rate)} left`);
  const failures = failuresOf(tally);
  if (failures > 0) parts.push(`${failures} failed`);
  return `[${'#'.repeat(filled).padEnd(barWidth, '.')}] ${parts.join(', ')}`;
}

const durationOf = (seconds: number) =>
  seconds < 300 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
