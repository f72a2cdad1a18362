/** What a tenant makes a key with in its own AWS account, as files for whoever makes it there. */
import { type Command, Option } from 'commander';
import type { ExternalAccountSetup } from '../../tenant-keys.ts';
import { contextOf } from '../context.ts';
import { CommandError } from '../failure.ts';
import { examples } from '../help.ts';
import { printJson } from '../output.ts';

/** A document each, but for the whole answer, which has the external id and the role's ARN beside them. */
const parts = {
  template: (setup) => setup.template,
  'key-policy': (setup) => setup.keyPolicy,
  'trust-policy': (setup) => setup.trustPolicy,
  'role-policy': (setup) => setup.rolePolicy,
  all: (setup) => setup,
} as const satisfies Record<string, (setup: ExternalAccountSetup) => object | undefined>;

interface ExternalAccountOptions {
  readonly account?: string;
  readonly keyArn?: string;
  readonly print: keyof typeof parts;
}

export function addExternalAccount(tenants: Command): void {
  tenants
    .command('external-account')
    .description('print what a tenant makes a key with in its own AWS account')
    .argument('<tenant>', 'its id: 2-63 lower-case letters, digits and hyphens')
    .option('--account <id>', "the tenant's account (default: the only one that the stack allows)")
    .option('--key-arn <arn>', 'of the key, once it is made: the policy of the role names it')
    .addOption(
      new Option('--print <part>', 'the CloudFormation template, or one of the policies by itself')
        .choices(Object.keys(parts))
        .default('template' satisfies keyof typeof parts),
    )
    .addHelpText('after', help)
    .action(async (tenantId: string, options: ExternalAccountOptions, command: Command) => {
      const { account: accountId, keyArn, print } = options;
      if (print === 'role-policy' && keyArn === undefined)
        throw new CommandError('Give --key-arn: the policy of the role names the key.');
      const { keys, claims, signal } = await contextOf(command);
      const call = { accountId, keyArn, ...claims, signal };
      printJson(parts[print](await keys.tenants.externalAccount(tenantId, call)));
    });
}

const help = `
It is JSON, with --json and without, and nothing of it is secret. Made by the template, key and role come at once;
then \`tenants onboard --key-store aws-kms-external --key-arn <arn>\` tries the key before the tenant is there.
${examples(
  'tenant-keys tenants external-account acme --account 222222222222 > template.json',
  'tenant-keys tenants external-account acme --print key-policy > key-policy.json',
)}`;
