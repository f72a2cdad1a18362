/** `login` and `logout`. */
import type { Command } from 'commander';
import { TenantKeys } from '../../tenant-keys.ts';
import { withLogin } from '../connection.ts';
import { stopSignal } from '../context.ts';
import { CommandError, exitCodes } from '../failure.ts';
import { examples } from '../help.ts';
import { type Login, removeLogin, writeLogin } from '../login-file.ts';
import { printJson, printLine } from '../output.ts';
import { readSecret } from '../secret-input.ts';
import { accessOf } from '../token-access.ts';

export function addLogin(program: Command): void {
  program
    .command('login')
    .description('keep an API and client credentials for it, in a file that only you may read')
    .requiredOption('--client-id <id>', 'of the client at the issuer')
    .option('--issuer <url>', 'of the tokens; its discovery document names the token endpoint')
    .option('--token-url <url>', 'the token endpoint itself, in place of --issuer')
    .option(
      '--secret-file <file>',
      'with the client secret; else TENANT_KEYS_CLIENT_SECRET, or it is asked for',
    )
    .option('--scope <scope>', 'asked for in every token, in place of the one that a request needs')
    .option('--audience <audience>', 'of the tokens, where the issuer wants to be told')
    .option(
      '--tenant-parameter <name>',
      'by which the issuer is told for which tenant a token is to be',
    )
    .option(
      '-t, --tenant <id>',
      "to try it with, where the client is one tenant's",
      process.env.TENANT_KEYS_TENANT,
    )
    .addHelpText(
      'after',
      examples(
        'tenant-keys login --url https://abc.execute-api.eu-central-1.amazonaws.com/v1 \\',
        '  --issuer https://issuer.example.com --client-id backend',
      ),
    )
    .action(async (options, command) => {
      const { url = process.env.TENANT_KEYS_URL, json } = command.optsWithGlobals();
      if (url === undefined) throw new CommandError('Say which API by --url.');
      if ((options.issuer === undefined) === (options.tokenUrl === undefined)) {
        throw new CommandError('Give either --issuer or --token-url.');
      }
      const { secretFile, tenant, ...rest } = options;
      const question = 'Client secret';
      const given = process.env.TENANT_KEYS_CLIENT_SECRET;
      const clientSecret = await readSecret({ question, file: secretFile, given });
      const login: Login = { ...rest, url, clientSecret };
      const access = await accessOf(new TenantKeys(withLogin(login).settings), tenant, stopSignal);
      if (!access.some(({ allowed }) => allowed)) {
        throw new CommandError(
          `Nothing is kept: ${url} allows this client nothing. ${access[0]?.reason ?? ''}`,
          exitCodes.access,
        );
      }
      await writeLogin(process.env, login);
      if (json === true) return printJson({ url, access });
      printLine(
        `Logged in to ${url}: ${access
          .filter(({ allowed }) => allowed)
          .map(({ plane }) => plane)
          .join(', ')}.`,
      );
    });
  program
    .command('logout')
    .description('forget what `login` keeps')
    .addHelpText('after', examples('tenant-keys logout'))
    .action(async () => removeLogin(process.env));
}
