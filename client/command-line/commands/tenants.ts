/** `tenants`: the control plane. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { KeyStoreName, Tenant, TenantPatch } from '../../tenant-keys.ts';
import { contextOf, wholeNumber } from '../context.ts';
import { CommandError } from '../failure.ts';
import { examples, tenantArgument } from '../help.ts';
import { keyStoreNames } from '../key-stores.ts';
import { printJson, printLine, table } from '../output.ts';
import { addExternalAccount } from './external-account.ts';
import { addKeyStoreChange, printTenant } from './key-store.ts';

const statuses = ['PROVISIONING', 'ACTIVE', 'SUSPENDED', 'OFFBOARDING', 'ERASED'] as const;

interface OnboardOptions {
  readonly displayName?: string;
  readonly legalName?: string;
  readonly rotationDays?: number;
  readonly keyStore?: KeyStoreName;
  readonly keyArn?: string;
}

export function addTenants(program: Command): void {
  const tenants = program.command('tenants').description('make, show, change and offboard tenants');
  addReads(tenants);
  addChanges(tenants);
  addLifecycle(tenants);
  addExternalAccount(tenants);
  addKeyStoreChange(tenants);
  addImport(tenants);
}

function addReads(tenants: Command): void {
  tenants
    .command('list')
    .description('list all tenants')
    .addOption(new Option('--status <status>', 'only those with it').choices(statuses))
    .addHelpText('after', examples('tenant-keys tenants list --status SUSPENDED'))
    .action(async (options, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const found: Tenant[] = [];
      for await (const tenant of keys.tenants.list({ ...options, ...claims, signal })) {
        found.push(tenant);
      }
      if (json) return printJson(found);
      if (found.length === 0) return printLine('There are no tenants.');
      printLine(table(found, ['tenantId', 'status', 'displayName', 'createdAt']));
    });
  tenants
    .command('get')
    .description('show a tenant, with its key as its store has it now')
    .argument(...tenantArgument)
    .addHelpText(
      'after',
      examples(
        'tenant-keys tenants get acme',
        'tenant-keys tenants get acme --json | jq .key.state',
      ),
    )
    .action(async (tenantId, _, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      printTenant(await keys.tenants.get(tenantId, { ...claims, signal }), json);
    });
}

function addChanges(tenants: Command): void {
  tenants
    .command('onboard')
    .description('make a tenant with a key of its own; the same again does nothing more')
    .argument('<tenant>', 'its id: 2-63 lower-case letters, digits and hyphens')
    .option('--display-name <name>', 'for people to read')
    .option('--legal-name <name>', 'as contracts have it; certificates of erasure name it')
    .option(
      '--rotation-days <days>',
      'between two automatic rotations, 90-2560 (default: as the stack has it)',
      wholeNumber,
    )
    .addOption(
      new Option('--key-store <name>', 'where its key is to be (default: aws-kms)').choices(
        keyStoreNames,
      ),
    )
    .option('--key-arn <arn>', "of the key in the tenant's own account, with aws-kms-external")
    .addHelpText(
      'after',
      examples("tenant-keys tenants onboard acme --display-name 'Acme Ltd' --rotation-days 365"),
    )
    .action(async (tenantId, options: OnboardOptions, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const { displayName, legalName, rotationDays, keyStore, keyArn } = options;
      const request = given({
        displayName,
        legalName,
        rotationPeriodInDays: rotationDays,
        keyStore,
        keyArn,
      });
      printTenant(await keys.tenants.onboard(tenantId, request, { ...claims, signal }), json);
    });
  tenants
    .command('rename')
    .description("change a tenant's names; what is not given stays")
    .argument(...tenantArgument)
    .option('--display-name <name>', "for people to read; '' takes it away")
    .option('--legal-name <name>', "as contracts have it; '' takes it away")
    .addHelpText('after', examples("tenant-keys tenants rename acme --display-name 'Acme Group'"))
    .action(async (tenantId, { displayName, legalName }: OnboardOptions, command) => {
      const names: TenantPatch = given({
        displayName: displayName === '' ? null : displayName,
        legalName: legalName === '' ? null : legalName,
      });
      if (Object.keys(names).length === 0) {
        throw new CommandError('Give --display-name, --legal-name or both.');
      }
      const { keys, claims, json, signal } = await contextOf(command);
      printTenant(await keys.tenants.update(tenantId, names, { ...claims, signal }), json);
    });
}

function addLifecycle(tenants: Command): void {
  const steps = [
    ['suspend', 'stop serving a tenant: nothing is encrypted or decrypted until it is resumed'],
    ['resume', 'serve a suspended tenant again'],
    ['restore', 'take an offboarding back, until the key is destroyed'],
  ] as const;
  for (const [step, description] of steps) {
    tenants
      .command(step)
      .description(description)
      .argument(...tenantArgument)
      .addHelpText('after', examples(`tenant-keys tenants ${step} acme`))
      .action(async (tenantId, _, command) => {
        const { keys, claims, json, signal } = await contextOf(command);
        printTenant(await keys.tenants[step](tenantId, { ...claims, signal }), json);
      });
  }
  tenants
    .command('offboard')
    .description("disable a tenant's key at once, and have it destroyed after the window")
    .argument(...tenantArgument)
    .option(
      '--window-days <days>',
      'until the key is destroyed, 30 at most (default: as the stack has it)',
      wholeNumber,
    )
    .option('--force', 'even where somebody used the key within the last hour')
    .addHelpText('after', examples('tenant-keys tenants offboard acme --window-days 30'))
    .action(async (tenantId, { windowDays, force }, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const options = { windowInDays: windowDays, force, ...claims, signal };
      printTenant(await keys.tenants.offboard(tenantId, options), json);
    });
}

interface ImportCommandOptions {
  readonly dryRun?: boolean;
  readonly rate: number;
  readonly inFlight: number;
}

function addImport(tenants: Command): void {
  tenants
    .command('import')
    .description('onboard every tenant of a CSV file; run again, it goes on with what is not done')
    .argument('<file>', 'with the columns tenantId,displayName,legalName,rotationPeriodInDays')
    .option('--dry-run', 'check the file, and send nothing')
    .option(
      '--rate <n>',
      'requests a second, 0.01-100; KMS makes 5 keys a second in an account',
      rate,
      4,
    )
    .option('--in-flight <n>', 'requests under way at once, 1-64', inFlight, 8)
    .addHelpText('after', importHelp)
    .action(async (file: string, options: ImportCommandOptions, command: Command) => {
      // Loaded when it is asked for: no other command reads CSV.
      const { checkImport, importTenants } = await import('../tenant-import/import-tenants.ts');
      const { dryRun, ...limits } = options;
      const json = command.optsWithGlobals().json === true;
      if (dryRun === true) return checkImport({ file, json, ...limits });
      await importTenants(await contextOf(command), { file, json, ...limits });
    });
}

const importHelp = `
All columns but tenantId may be left out, and fields be empty. The file is checked whole before the first request.
A tenant that is there already stays as it is. While KMS or the API is busy, requests wait and then go slower.
Each line that is not done is named on standard error with its reason; with --json in JSON, a line each.
${examples(
  'tenant-keys tenants import tenants.csv --dry-run',
  'tenant-keys tenants import tenants.csv --rate 2',
  'tenant-keys tenants import tenants.csv --json 2> failures.jsonl',
)}`;

function rate(text: string): number {
  const number = Number(text);
  if (/^\d{1,3}(\.\d{1,3})?$/.test(text) && number >= 0.01 && number <= 100) return number;
  throw new InvalidArgumentError('It must be a number from 0.01 to 100.');
}

function inFlight(text: string): number {
  const number = wholeNumber(text);
  if (number >= 1 && number <= 64) return number;
  throw new InvalidArgumentError('It must be a whole number from 1 to 64.');
}

/** @returns the members that have a value */
function given<T extends object>(options: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
