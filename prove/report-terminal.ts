/** A report for people: coloured on a terminal, plain in a pipe, and as wide as is good to read. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { isProved, type Report } from './report.ts';

type Format = Parameters<typeof styleText>[0];
type Theorem = Report['theorems'][number];

const widest = 116;
const narrowest = 40;

const colours: Readonly<Record<Theorem['verdict'], Format>> = {
  proved: 'green',
  refuted: 'red',
  unknown: 'yellow',
};

export function printReport(report: Report, stream: WriteStream): void {
  const { theorems, durationMs, solver, node, template, policies } = report;
  const style = (format: Format, text: string) => styleText(format, text, { stream });
  const line = (text = '') => stream.write(`${text}\n`);
  const idWidth = Math.max(...theorems.map(({ id }) => id.length));
  const timeWidth = Math.max(...theorems.map((theorem) => seconds(theorem.durationMs).length));
  const indent = verdictWidth + idWidth + timeWidth + 4;
  const width = Math.max(narrowest, Math.min(stream.columns ?? widest, widest) - indent);
  for (const theorem of theorems) {
    const { id, verdict } = theorem;
    const first = [
      style(colours[verdict], verdict.padEnd(verdictWidth)),
      id.padEnd(idWidth + 2),
      style('dim', seconds(theorem.durationMs).padStart(timeWidth)),
    ].join('');
    const lines = cellOf(theorem, verdict).flatMap(({ format, text }) =>
      linesOf(text, width - 2).map((part, at) => {
        const hanging = at > 0 && text.startsWith(bullet) ? `  ${part}` : part;
        return format === undefined ? hanging : style(format, hanging);
      }),
    );
    line(`${first}  ${lines[0]}`);
    for (const part of lines.slice(1)) line(`${' '.repeat(indent)}${part}`);
  }
  const proved = theorems.filter(({ verdict }) => verdict === 'proved').length;
  const asked = theorems.reduce((sum, { questions }) => sum + questions, 0);
  const result = `${proved} of ${counted(theorems.length, 'theorem')} proved, ${counted(asked, 'question')}, ${seconds(durationMs)}`;
  line();
  line(style(isProved(report) ? 'green' : 'red', result));
  line(style('dim', `solver    ${solver}, Node.js ${node}`));
  line(style('dim', `template  ${template.sha256}`));
  line(style('dim', `policies  ${policies.sha256}`));
}

const bullet = '- ';
const verdictWidth = 'refuted'.length + 2;

/** What stands beside a verdict: the sentence with its lists, then what is said about its proof. */
function cellOf({ sentence, lines = [], questions, statements, open }: Theorem, verdict: string) {
  const about = [counted(questions, 'question'), ...(statements ? [restsOn(statements)] : [])];
  return [
    { format: undefined, text: sentence },
    ...lines.map((text) => ({ format: undefined, text: `${bullet}${text}` })),
    ...open.map(({ kind, sentence: text, replayed }) => ({
      format: colours[verdict === 'unknown' ? 'unknown' : 'refuted'],
      text: kind === 'counterexample' ? `counterexample${replayed ? ',' : ':'} ${text}` : text,
    })),
    { format: 'dim' as const, text: about.join('; ') },
  ];
}

export const restsOn = (statements: readonly string[]): string =>
  statements.length === 0 ? 'no Allow reaches it' : `rests on ${statements.join(', ')}`;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const counted = (count: number, noun: string) =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

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
