/** A bar on a terminal, for what takes long; in a pipe nothing. */
import { printable } from './output.ts';

export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}

const everyMs = 100;
const width = 30;

export function openProgress(label: string, terminal: NodeJS.WriteStream): Progress {
  let shownAt = 0;
  if (!terminal.isTTY) return { update: () => undefined, end: () => undefined };
  return {
    update(done, total) {
      const now = Date.now();
      if (now - shownAt < everyMs && done < total) return;
      shownAt = now;
      const share = total === 0 ? 1 : done / total;
      const bar = '#'.repeat(Math.round(share * width)).padEnd(width, '.');
      terminal.write(
        `\r${printable(label)} [${bar}] ${Math.round(share * 100)} %, ${mebibytes(done)} MiB`,
      );
    },
    end: () => terminal.write('\r\u001b[K'),
  };
}

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
