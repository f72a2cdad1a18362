/** The commands, and what all of them take. */
import { Command } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addCertificate } from './commands/certificate.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addFiles } from './commands/files.ts';
import { addKeys } from './commands/keys.ts';
import { addLogin } from './commands/login.ts';
import { addRecords } from './commands/records.ts';
import { addTenants } from './commands/tenants.ts';
import { addToken } from './commands/token.ts';
import { printable } from './output.ts';

const environment = `
Where and who:
  An API is given by --url, TENANT_KEYS_URL or \`tenant-keys login\`; without any of them it is the local stack that runs.
  Credentials come from TENANT_KEYS_TOKEN or --token-file; from TENANT_KEYS_CLIENT_ID, TENANT_KEYS_CLIENT_SECRET and
  TENANT_KEYS_ISSUER or TENANT_KEYS_TOKEN_URL; or from \`tenant-keys login\`. No secret is an option or an argument.
  TENANT_KEYS_TENANT stands for --tenant.

Exit codes:
  0 done, 1 failed, 2 the command is wrong, 3 no access, 4 not as it was sealed or signed,
  5 the tenant's state, 6 out of reach or too busy: later it may be served, 130 stopped`;

/** Of a command that is wrong: some of it may come from elsewhere. */
const writePrintable = (text: string, write: (text: string) => void): void =>
  write(text.split('\n').map(printable).join('\n'));

/** @param isJson whether errors of usage are said as JSON, and so not by the program itself */
export function tenantKeysProgram(version: string, isJson = false): Command {
  const program = new Command('tenant-keys')
    .description('A key of its own for each tenant: encrypt, decrypt, and look after the tenants.')
    .version(version)
    .option('--url <url>', 'of the API with its stage: https://....amazonaws.com/v1')
    .option('--token-file <file>', 'a file with a bearer token')
    .option('--actor <name>', 'on whose behalf it is, which the audit keeps as a claim')
    .option('--label <text>', 'what it is for, which the audit keeps too')
    .option('--json', 'print JSON, errors too')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', environment)
    .showHelpAfterError('(--help says more)')
    .configureOutput(isJson ? { writeErr: () => undefined } : { outputError: writePrintable })
    .exitOverride();
  addTenants(program);
  addKeys(program);
  addFiles(program);
  addRecords(program);
  addAudit(program);
  addCertificate(program);
  addLogin(program);
  addToken(program);
  addDoctor(program);
  addCompletion(program);
  return program;
}
