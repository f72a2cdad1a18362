/** A change of a tenant's key store: its steps as commands, and how far it has come. */
import { type Command, Option } from 'commander';
import type { KeyStoreChange, KeyStoreName, Tenant } from '../../tenant-keys.ts';
import { contextOf, wholeNumber } from '../context.ts';
import { examples, tenantArgument } from '../help.ts';
import { keyStoreNames } from '../key-stores.ts';
import { members, printable, printJson, printLine, say } from '../output.ts';

export function addKeyStoreChange(tenants: Command): void {
  tenants
    .command('change-key-store')
    .description("move a tenant's key to another store; the same again does nothing more")
    .argument(...tenantArgument)
    .addOption(
      new Option('--key-store <name>', 'where its key is to be')
        .choices(keyStoreNames)
        .makeOptionMandatory(),
    )
    .option('--key-arn <arn>', "of the key in the tenant's own account, with aws-kms-external")
    .addHelpText(
      'after',
      `\nNothing is encrypted again by this: \`tenants get\` says what is to be done next.\n${examples('tenant-keys tenants change-key-store acme --key-store vault')}`,
    )
    .action(async (tenantId, { keyStore, keyArn }: ChangeOptions, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const call = { keyArn, ...claims, signal };
      printTenant(await keys.tenants.changeKeyStore(tenantId, keyStore, call), json);
    });
  tenants
    .command('end-previous-key')
    .description('have the key from before a change of store destroyed after the window')
    .argument(...tenantArgument)
    .option(
      '--window-days <days>',
      'until it is destroyed, 30 at most (default: as the stack has it)',
      wholeNumber,
    )
    .option('--force', 'even where somebody used it within the last hour')
    .addHelpText(
      'after',
      `\nWhat is still under that key cannot be decrypted from then on.\n${examples('tenant-keys tenants end-previous-key acme --window-days 30')}`,
    )
    .action(async (tenantId, { windowDays, force }, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const options = { windowInDays: windowDays, force, ...claims, signal };
      printTenant(await keys.tenants.endPreviousKey(tenantId, options), json);
    });
  tenants
    .command('restore-previous-key')
    .description('take the end of that key back, until it is destroyed')
    .argument(...tenantArgument)
    .addHelpText('after', examples('tenant-keys tenants restore-previous-key acme'))
    .action(async (tenantId, _, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      printTenant(await keys.tenants.restorePreviousKey(tenantId, { ...claims, signal }), json);
    });
}

interface ChangeOptions {
  readonly keyStore: KeyStoreName;
  readonly keyArn?: string;
}

/** To a person also what is next, where the key is being moved. */
export function printTenant(tenant: Tenant, json: boolean): void {
  if (json) printJson(tenant);
  else printLine(members(tenant));
  const { keyStoreChange } = tenant;
  if (!json && keyStoreChange !== undefined)
    say(printable(nextStepOf(tenant.tenantId, keyStoreChange)));
}

function nextStepOf(tenantId: string, change: KeyStoreChange): string {
  const { stage, since, to, macKeysLeft, deletionDate } = change;
  if (stage === 'key-requested') {
    return `The key in ${to} is not there yet: tenant-keys tenants change-key-store ${tenantId} --key-store ${to} goes on.`;
  }
  if (stage === 'previous-ending') {
    return `The previous key decrypts nothing, and is destroyed ${deletionDate ?? 'after the window'}: tenant-keys tenants restore-previous-key ${tenantId} brings it back.`;
  }
  if (Date.parse(since ?? '') > Date.now()) {
    return `Both keys decrypt. The one in ${to} encrypts from ${since} on: re-encrypt after that.`;
  }
  const macs = macKeysLeft === undefined ? '' : ` (${macKeysLeft} were left when last counted)`;
  return [
    'Both keys decrypt. Next: re-encrypt all that is under the previous key;',
    `tenant-keys rewrap-mac-keys --tenant ${tenantId}${macs};`,
    `tenant-keys tenants end-previous-key ${tenantId}.`,
  ].join(' ');
}
