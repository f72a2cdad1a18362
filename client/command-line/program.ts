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

const environment = `
Where and who:
  An API is given by --url, TENANT_KEYS_URL or \`tenant-keys login\`; without any of them it is the local stack that runs.
  Credentials come from TENANT_KEYS_TOKEN or --token-file; from TENANT_KEYS_CLIENT_ID, TENANT_KEYS_CLIENT_SECRET and
  TENANT_KEYS_ISSUER or TENANT_KEYS_TOKEN_URL; or from \`tenant-keys login\`. No secret is an option or an argument.
  TENANT_KEYS_TENANT stands for --tenant.

Exit codes:
  0 done, 1 failed, 2 the command is wrong, 3 no access, 4 not as it was sealed or signed,
  5 the tenant's state, 6 out of reach or too busy: later it may be served, 130 stopped`;

export function tenantKeysProgram(version: string): Command {
  const program = new Command('tenant-keys')
    .description('A key of its own for each tenant: encrypt, decrypt, and look after the tenants.')
    .version(version)
    .option('--url <url>', 'of the API with its stage: https://....amazonaws.com/v1')
    .option('--token-file <file>', 'with a bearer token')
    .option('--actor <name>', 'on whose behalf: the audit keeps it, as a claim')
    .option('--label <text>', 'what for: the audit keeps it too')
    .option('--json', 'print JSON, errors too')
    .addHelpText('after', environment)
    .showHelpAfterError('(--help says more)')
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
