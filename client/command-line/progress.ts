/** A bar on a terminal, for what takes long; in a pipe nothing. */
import { printable } from './output.ts';

export interface Progress {
  /** @param text in place of the number of bytes */
  update(done: number, total: number, text?: string): void;
  /** Takes the bar away; the next update brings it back. */
  end(): void;
}

const everyMs = 100;
const width = 20;
const clearLine = '\r\u001b[K';

export function openProgress(label: string, terminal: NodeJS.WriteStream): Progress {
  let shownAt = 0;
  if (!terminal.isTTY) return { update: () => undefined, end: () => undefined };
  return {
    update(done, total, text = `${mebibytes(done)} MiB`) {
      const now = Date.now();
      if (now - shownAt < everyMs && done < total) return;
      shownAt = now;
      const share = total === 0 ? 1 : done / total;
      const bar = '#'.repeat(Math.round(share * width)).padEnd(width, '.');
      const shown = `${printable(label)} [${bar}] ${Math.round(share * 100)} %, ${text}`;
      // What wraps could not be written over.
      terminal.write(`${clearLine}${shown.slice(0, (terminal.columns ?? 80) - 1)}`);
    },
    end: () => {
      if (shownAt > 0) terminal.write(clearLine);
    },
  };
}

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
