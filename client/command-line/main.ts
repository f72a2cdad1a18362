/** `tenant-keys`: the command line. */
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { InterruptedError, stopOnSignal } from './context.ts';
import { exitCodes, failureOf } from './failure.ts';
import { jsonLine, printable, say } from './output.ts';
import { tenantKeysProgram } from './program.ts';

/** Where it is compiled the manifest is a folder further up. */
function version(): string {
  for (const manifest of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(manifest, import.meta.url), 'utf8')).version;
    } catch {
      // The other one then.
    }
  }
  return 'unknown';
}

async function main(): Promise<number> {
  const program = tenantKeysProgram(version(), wantsJson(process.argv));
  stopOnSignal(process.exit);
  // Who reads no more, such as `head`, has got what it wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
  });
  try {
    await program.parseAsync();
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error);
    const isStopped = error instanceof InterruptedError || (error as Error).name === 'AbortError';
    if (isStopped) return exitCodes.interrupted;
    const failure = failureOf(error);
    say(wantsJson(process.argv) ? jsonLine(failure) : `tenant-keys: ${printable(failure.error)}`);
    return failure.exitCode;
  }
}

/** Also where the command is so wrong that no option of it was read. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).includes('--json');
}

/** As text it was said already. */
function usageExit({ exitCode, code, message }: CommanderError): number {
  if (exitCode === 0) return exitCodes.done;
  const isHelp = code === 'commander.help';
  const error = isHelp
    ? 'A command is missing: --help lists them.'
    : message.replace(/^error: /, '');
  if (wantsJson(process.argv)) say(jsonLine({ error, exitCode: exitCodes.usage }));
  return exitCodes.usage;
}

process.exitCode = await main();
