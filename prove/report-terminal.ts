/** A report for people: coloured on a terminal, plain in a pipe. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { isProved, type Report } from './report.ts';

export function printReport(report: Report, stream: WriteStream): void {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const line = (text = '') => stream.write(`${text}\n`);
  const wrapped = (text: string, format: Parameters<typeof styleText>[0]) => {
    for (const part of linesOf(text, 100)) line(style(format, `${' '.repeat(16)}${part}`));
  };
  const width = Math.max(...report.theorems.map(({ id }) => id.length));
  for (const theorem of report.theorems) {
    const { id, verdict, questions, durationMs } = theorem;
    const [first = '', ...more] = linesOf(theorem.sentence, 100);
    line(
      `${style(verdict === 'proved' ? 'green' : 'red', verdict.padEnd(10))}${id.padEnd(width)}  ${first}`,
    );
    for (const part of more) line(`${' '.repeat(12 + width)}${part}`);
    wrapped(`${questions} questions, ${seconds(durationMs)}`, 'dim');
    for (const one of theorem.lines ?? []) wrapped(one, 'dim');
    if (theorem.statements) wrapped(restsOn(theorem.statements), 'dim');
    for (const { sentence } of theorem.open) wrapped(sentence, 'yellow');
  }
  const { solver, template, theorems, durationMs } = report;
  const proved = theorems.filter(({ verdict }) => verdict === 'proved').length;
  line();
  line(
    style(
      isProved(report) ? 'green' : 'red',
      `${proved} of ${theorems.length} proved in ${seconds(durationMs)}`,
    ),
  );
  line(style('dim', `${solver}; template ${template.sha256}`));
}

export const restsOn = (statements: readonly string[]): string =>
  statements.length === 0 ? 'no Allow reaches it' : `rests on ${statements.join(', ')}`;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Broken between words; a word that is longer has a line of its own. */
function linesOf(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
