/** What the demo prints: coloured on a terminal, plain in a pipe. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export interface TerminalReport {
  progress(step: string): void;
  chapter(title: string): void;
  step(what: string, answer: string): void;
  verdict(good: boolean, what: string, answer: string): void;
  because(explanation: string): void;
  end(failures: number, attempts: number): void;
}

export function openTerminalReport(stream: WriteStream): TerminalReport {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const line = (text = '') => stream.write(`${text}\n`);
  return {
    progress(step) {
      if (process.stderr.isTTY) process.stderr.write(`${step}\n`);
    },
    chapter(title) {
      line();
      line(style('bold', title));
    },
    step(what, answer) {
      line(`  ${what}`);
      line(style('dim', `      ${answer}`));
    },
    verdict(good, what, answer) {
      line(`  ${good ? style('green', 'ok') : style('red', 'NOT OK')}  ${what}`);
      line(style('dim', `      ${answer}`));
    },
    because(explanation) {
      line(style('yellow', `      ${explanation}`));
    },
    end(failures, attempts) {
      line();
      line(
        failures === 0
          ? style('green', `All ${attempts} attempts were refused, and all else went as it must.`)
          : style('red', `${failures} of these did not go as they must.`),
      );
    },
  };
}
