/** `encrypt` and `decrypt`: files of any size, and what comes through a pipe. */
import { createReadStream } from 'node:fs';
import { addAbortSignal, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { nodeStream, openFile, sealFile } from '../../node/files.ts';
import type { ByteStreamPair, TenantHandle } from '../../tenant-keys.ts';
import { type CommandContext, contextOf, pair } from '../context.ts';
import { CommandError } from '../failure.ts';
import { examples, tenantOption } from '../help.ts';
import { printable, printJson, say } from '../output.ts';
import { openProgress } from '../progress.ts';

interface FileOptions {
  readonly tenant: string;
  readonly out?: string;
  readonly context?: Record<string, string>;
  readonly force?: boolean;
}

const ending = '.sealed';

export function addFiles(program: Command): void {
  add(program, 'encrypt', {
    description: 'encrypt a file of any size, as a message of the AWS Encryption SDK',
    defaultOut: (file) => `${file}${ending}`,
    outHelp: `where it goes, - for standard output (FILE${ending})`,
    examples: [
      'tenant-keys encrypt report.pdf --tenant acme --context document=7',
      'pg_dump shop | tenant-keys encrypt - --tenant acme > shop.sql.sealed',
    ],
    stream: (tenant, options) => tenant.sealStream(options),
    pass: sealFile,
  });
  add(program, 'decrypt', {
    description: 'decrypt what `encrypt`, the API or an AWS Encryption SDK made',
    defaultOut: (file) => {
      if (file.endsWith(ending)) return file.slice(0, -ending.length);
      throw new CommandError(
        `Say where it goes by --out, since ${file} does not end with ${ending}.`,
      );
    },
    outHelp: `where it goes, - for standard output (FILE without ${ending})`,
    examples: [
      'tenant-keys decrypt report.pdf.sealed --tenant acme --context document=7',
      'tenant-keys decrypt - --tenant acme < shop.sql.sealed | psql shop',
    ],
    stream: (tenant, options) => tenant.openStream(options),
    pass: openFile,
  });
}

interface FileCommand {
  readonly description: string;
  readonly defaultOut: (file: string) => string;
  readonly outHelp: string;
  readonly examples: readonly string[];
  readonly stream: (
    tenant: TenantHandle,
    options: Parameters<TenantHandle['sealStream']>[0],
  ) => ByteStreamPair;
  readonly pass: typeof sealFile;
}

function add(program: Command, name: string, file: FileCommand): void {
  program
    .command(name)
    .description(file.description)
    .argument('<file>', 'which file, or - for standard input')
    .requiredOption(...tenantOption())
    .option('-o, --out <file>', file.outHelp)
    .option(
      '-c, --context <name=value>',
      'what it is bound to, may come often; the same again to decrypt',
      pair,
    )
    .option('-f, --force', 'replace a file that is there already')
    .addHelpText('after', examples(...file.examples))
    .action(async (from: string, options: FileOptions, command) => {
      const { tenant, out = from === '-' ? '-' : file.defaultOut(from) } = options;
      if (name === 'encrypt' && out === '-' && process.stdout.isTTY) {
        throw new CommandError('A ciphertext is no text for a terminal: give --out, or a pipe.');
      }
      const connection = await contextOf(command);
      const handle = connection.keys.tenant(tenant);
      const pass = out === '-' ? passStreams : passFile;
      await pass(connection, { file, handle, from, out, options });
    });
}

interface Passing {
  readonly file: FileCommand;
  readonly handle: TenantHandle;
  readonly from: string;
  readonly out: string;
  readonly options: FileOptions;
}

async function passFile(connection: CommandContext, { file, handle, from, out, options }: Passing) {
  const { signal, claims, json } = connection;
  const progress = openProgress(out, process.stderr);
  const { context, force } = options;
  const sealer = {
    sealStream: (more: object = {}) => file.stream(handle, { ...more, ...claims }),
    openStream: (more: object = {}) => file.stream(handle, { ...more, ...claims }),
  };
  try {
    await file.pass(sealer, from === '-' ? addAbortSignal(signal, process.stdin) : from, out, {
      context,
      signal,
      overwrite: force,
      onProgress: (done, total) => progress.update(done, total),
    });
  } finally {
    progress.end();
  }
  if (json) printJson({ out });
  else if (process.stderr.isTTY) say(printable(out));
}

/** What comes out of a pipe before an error is a beginning of the plaintext: the exit code says that it is not all. */
async function passStreams(connection: CommandContext, { file, handle, from, options }: Passing) {
  const { signal, claims } = connection;
  const { context } = options;
  const source = from === '-' ? process.stdin : createReadStream(from);
  const stream = nodeStream(file.stream(handle, { context, signal, ...claims }));
  await pipeline(Readable.from(source), stream, process.stdout, { signal, end: false });
}
