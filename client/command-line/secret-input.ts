/** A secret that is asked for: from the environment, a file or standard input, and never from an option. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from './failure.ts';

export interface SecretOptions {
  readonly question: string;
  readonly file?: string | undefined;
  readonly given?: string | undefined;
}

/** @throws CommandError where there is none */
export async function readSecret({ question, file, given }: SecretOptions): Promise<string> {
  const secret = file === undefined ? given || (await ask(question)) : await readFile(file, 'utf8');
  const trimmed = secret.replace(/\r?\n$/, '');
  if (trimmed === '') throw new CommandError(`${question} is empty.`);
  return trimmed;
}

/** On a terminal without an echo; else the first line of standard input. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY === true });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
