/** What every command works with. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';
import { say } from './output.ts';

export interface GlobalOptions extends ConnectionOptions {
  readonly json?: boolean | undefined;
}

export interface CommandContext extends Connection {
  readonly json: boolean;
  /** ends with Ctrl-C */
  readonly signal: AbortSignal;
}

const stop = new AbortController();

/** Ctrl-C ends what is under way, which leaves nothing half done behind; once more ends at once. */
export function stopOnSignal(exit: (code: number) => void): void {
  for (const [name, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.once(name, () => {
      process.once(name, () => exit(code));
      stop.abort(new InterruptedError());
    });
  }
}

export class InterruptedError extends Error {
  constructor() {
    super('stopped');
  }
}

/** @param command the one that runs: options stand before or after its name */
export async function contextOf(command: Command): Promise<CommandContext> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const connection = await connect(options, process.env);
  if (connection.from === 'the local stack' && process.stderr.isTTY) {
    say(`(the local stack, ${connection.url})`);
  }
  return { ...connection, json: options.json === true, signal: stop.signal };
}

export const stopSignal: AbortSignal = stop.signal;

/** Of an option that may come often: `--context document=7 --context page=2`. */
export function pair(text: string, known: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  if (Object.hasOwn(known, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...known, [name]: text.slice(at + 1) };
}

export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
