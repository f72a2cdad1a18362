#!/usr/bin/env node
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
  const program = tenantKeysProgram(version());
  stopOnSignal(process.exit);
  // Who reads no more, such as `head`, has got what it wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
  });
  try {
    await program.parseAsync();
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    const isStopped = error instanceof InterruptedError || (error as Error).name === 'AbortError';
    if (isStopped) return exitCodes.interrupted;
    const failure = failureOf(error);
    const isJson = program.opts().json === true;
    say(isJson ? jsonLine(failure) : `tenant-keys: ${printable(failure.error)}`);
    return failure.exitCode;
  }
}

process.exitCode = await main();
