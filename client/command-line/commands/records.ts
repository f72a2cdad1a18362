/** `record`, `mac` and `rewrap-mac-keys`: items of a database, and what finds them again. No value is an argument, which others can see. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { TenantRecord } from '../../tenant-keys.ts';
import { contextOf, wholeNumber } from '../context.ts';
import { CommandError, exitCodes } from '../failure.ts';
import { examples, tenantOption } from '../help.ts';
import { members, printJson, printLine, table } from '../output.ts';
import { openProgress } from '../progress.ts';

interface RecordOptions {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  readonly recordVersion?: number;
}

interface SealOptions extends RecordOptions {
  readonly field: readonly string[];
  readonly index?: readonly string[];
  readonly ownKey?: boolean;
}

interface OpenOptions extends RecordOptions {
  readonly field?: readonly string[];
}

export function addRecords(program: Command): void {
  const record = program
    .command('record')
    .description('seal and open fields of a database item, JSON in and out');
  addSeal(record);
  addOpen(record);
  addMac(program);
  addRewrap(program);
}

function addSeal(record: Command): void {
  recordCommand(record, 'seal', 'seal fields of a JSON object; ciphertexts are base64')
    .requiredOption(
      '-f, --field <path...>',
      'which to seal, such as address.street; email? may be missing',
    )
    .option('-i, --index <path...>', 'which of these are to be found by equal values (see `mac`)')
    .option('--own-key', 'with a data key of its own, not one that records of the type share')
    .addHelpText(
      'after',
      examples(
        'tenant-keys record seal ada.json --tenant acme --type customer --id 7 \\',
        '  --field email phone --index email > sealed.json',
      ),
    )
    .action(async (file: string, options: SealOptions, command) => {
      const item = await readItem(file);
      const { handle, call } = await handleOf(options, command);
      const dataKey = options.ownKey === true ? 'own' : 'shared';
      const one: TenantRecord = handle.record({ ...bindingOf(options), encoding: 'text', dataKey });
      printJson(await one.seal(item, options.field, { index: options.index ?? [], ...call }));
    });
}

function addOpen(record: Command): void {
  recordCommand(record, 'open', 'open what `record seal` or the library sealed as text')
    .option('-f, --field <path...>', 'which must be the sealed ones, and no others')
    .addHelpText(
      'after',
      examples('tenant-keys record open sealed.json --tenant acme --type customer --id 7'),
    )
    .action(async (file: string, options: OpenOptions, command) => {
      const item = await readItem(file);
      const { handle, call } = await handleOf(options, command);
      const { field: paths } = options;
      const one = handle.record(bindingOf(options));
      printJson(await one.open(item, { ...(paths && { paths }), ...call }));
    });
}

function addMac(program: Command): void {
  program
    .command('mac')
    .description(
      'compute a keyed hash of the value on standard input: equal values of a purpose have equal ones',
    )
    .argument('<purpose>', 'what for; of an index its type and path, such as customer/email')
    .requiredOption(...tenantOption())
    .option('--file <file>', 'with the value, in place of standard input')
    .option('--bits <n>', 'how many of its first bits are kept, 8-256 (default: 256)', wholeNumber)
    .addHelpText(
      'after',
      `\nEvery byte counts, the end of a line too.\n${examples('printf %s ada@example.com | tenant-keys mac customer/email --tenant acme')}`,
    )
    .action(async (purpose: string, { tenant, file = '-', bits }, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const value = await read(file);
      const found = await keys.tenant(tenant).mac(purpose, value, { bits, ...claims, signal });
      const macs = found.map(({ version, mac }) => ({
        version,
        mac: Buffer.from(mac).toString('base64'),
      }));
      if (json) return printJson(macs);
      printLine(table(macs, ['version', 'mac']));
    });
}

function addRewrap(program: Command): void {
  program
    .command('rewrap-mac-keys')
    .description(
      "after a change of the key store: wrap the keys of a tenant's hashes by the new key",
    )
    .requiredOption(...tenantOption())
    .addHelpText(
      'after',
      `\nThe hashes stay as they are.\n${examples('tenant-keys rewrap-mac-keys --tenant acme')}`,
    )
    .action(async ({ tenant }, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const progress = openProgress('keys of hashes', process.stderr);
      const done = { rewrapped: 0, left: 0 };
      for (let isGoingOn = true; isGoingOn; ) {
        const { rewrapped, left } = await keys.tenant(tenant).rewrapMacKeys({ ...claims, signal });
        done.rewrapped += rewrapped;
        done.left = left;
        isGoingOn = rewrapped > 0 && left > 0;
        progress.update(done.rewrapped, done.rewrapped + left, `${left} left`);
      }
      progress.end();
      if (json) printJson(done);
      else printLine(members(done));
      if (done.left > 0) throw new CommandError(tooEarly, exitCodes.unavailable);
    });
}

const tooEarly =
  'Not all could be rewrapped yet: some functions may not know of the new key until half a minute after it encrypts. Run it again then.';

function recordCommand(record: Command, name: string, description: string): Command {
  return record
    .command(name)
    .description(description)
    .argument('<file>', 'with one JSON object, or - for standard input')
    .requiredOption(...tenantOption())
    .requiredOption('--type <type>', 'what kind of record it is; the same to open')
    .requiredOption('--id <id>', 'which one of its type; the same to open')
    .option(
      '--record-version <n>',
      'a number, where an application counts the versions of a record; the same to open',
      wholeNumber,
    );
}

async function handleOf({ tenant }: RecordOptions, command: Command) {
  const { keys, claims, signal } = await contextOf(command);
  return { handle: keys.tenant(tenant), call: { ...claims, signal } };
}

const bindingOf = ({ type, id, recordVersion }: RecordOptions) => ({
  type,
  id,
  ...(recordVersion !== undefined && { version: recordVersion }),
});

const read = (file: string): Promise<Buffer> =>
  file === '-' ? buffer(process.stdin) : readFile(file);

async function readItem(file: string): Promise<Readonly<Record<string, unknown>>> {
  let item: unknown;
  try {
    item = JSON.parse((await read(file)).toString('utf8'));
  } catch (error) {
    // What JSON.parse says has a piece of the text in it.
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return { ...item };
  throw new CommandError(`${file === '-' ? 'Standard input' : file} is not one JSON object.`);
}
