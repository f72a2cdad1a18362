/** `npm start`: serves the stack on this machine until SIGINT or SIGTERM. */
import { parseArgs, styleText } from 'node:util';
import { announce } from './announcement.ts';
import { readFaultOption } from './aws/faults/fault.ts';
import { givenIssuers } from './given-issuers.ts';
import { type LocalStack, startStack } from './stack.ts';
import {
  setUpVault,
  tokenIssuerOf,
  vaultContext,
  vaultOptions,
  vaultServer,
} from './vault-setup.ts';

const usage = `usage: npm start [-- options]
  --json              print one line of JSON when ready, and nothing else, on standard output
  --api-port N        port of the API, 0 for any free one (3000)
  --aws-port N        port of the AWS endpoint (4566)
  --issuer-port N     port of the token issuer (3002)
  --issuer URL        take tokens of this issuer instead, spelled as in their iss; with --audience
  --audience A        what its tokens have in aud
  --tenant-claim C    the claim that has the tenant (tenant_id)
  --issuers FILE      instead of these three: a list as the context key issuers has it, or a cdk.json
  --vault             join a development server of Vault or OpenBao (bao server -dev) at VAULT_ADDR, with its VAULT_TOKEN:
                      tenants may have their keys there (keyStore: vault)
  --own-issuer        with --vault: by tokens of the stack's own issuer instead of AWS's (vault.tokenIssuer: own)
  --data-dir DIR      keep keys and tenants in DIR over a restart (default: in memory)
  --new-stack         with --data-dir: as if the stack had been deleted and made again; roles and all else that
                      CloudFormation names have other names then, in later starts too
  --fault FAULT       let AWS fail, such as kms:Decrypt=throttle, sts:*=timeout:5000 (repeatable);
                      throttle, error, expired, timeout[:ms], slow[:ms], lost: docs/local.md says more
  --kms-quotas        let KMS throttle as a real account's does: CreateKey 5 a second, and so on
  --rotation-seconds N
                      let an on-demand rotation end that long after it was asked for, by KMS's clock (0)
  --help`;

const options = {
  json: { type: 'boolean', default: false },
  'api-port': { type: 'string', default: '3000' },
  'aws-port': { type: 'string', default: '4566' },
  'issuer-port': { type: 'string', default: '3002' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  'tenant-claim': { type: 'string' },
  issuers: { type: 'string' },
  ...vaultOptions,
  'data-dir': { type: 'string' },
  'new-stack': { type: 'boolean', default: false },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  'kms-quotas': { type: 'boolean', default: false },
  'rotation-seconds': { type: 'string', default: '0' },
  help: { type: 'boolean', default: false },
} as const;

function readArguments() {
  const { values } = parseArgs({ options, allowPositionals: false });
  return {
    json: values.json,
    help: values.help,
    apiPort: portOf('--api-port', values['api-port']),
    awsPort: portOf('--aws-port', values['aws-port']),
    issuerPort: portOf('--issuer-port', values['issuer-port']),
    issuers: givenIssuers(values),
    vault: tokenIssuerOf(values),
    dataDir: values['data-dir'],
    newStack: newStackOf(values),
    faults: values.fault.map(faultOf),
    quotas: values['kms-quotas'],
    onDemandRotationMs: 1000 * secondsOf('--rotation-seconds', values['rotation-seconds']),
  };
}

function newStackOf({
  'new-stack': isNew,
  'data-dir': dataDir,
}: {
  readonly 'new-stack': boolean;
  readonly 'data-dir'?: string;
}): boolean {
  if (isNew && dataDir === undefined) throw new Error('--new-stack: only with --data-dir');
  return isNew;
}

function portOf(option: string, value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new Error(`${option}: expected a port, 0 to 65535, got '${value}'`);
}

function secondsOf(option: string, value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new Error(`${option}: expected a whole number of seconds, got '${value}'`);
}

function faultOf(option: string) {
  try {
    return readFaultOption(option);
  } catch (error) {
    throw new Error(`--fault: ${(error as Error).message}`);
  }
}

const issuerNote = ({ givesTokens }: LocalStack) =>
  givesTokens
    ? 'gives anybody a token: for this machine only'
    : 'your own: its tokens count, and none is given here';

function describe(stack: LocalStack): string {
  const bold = (text: string) => styleText('bold', text, { stream: process.stdout });
  const { accessKeyId, secretAccessKey } = stack.operator;
  return [
    `${bold('tenant-keys')} is serving, with the policies of its template enforced.`,
    '',
    `  API     ${stack.api}`,
    `  AWS     ${stack.aws}   (KMS, STS, DynamoDB, Lambda's Invoke, reads of IAM and CloudFormation; account ${stack.accountId})`,
    `  issuer  ${stack.issuer}   (${issuerNote(stack)})`,
    `  page    ${stack.aws}/   (tenants, who may use which key, the last proof, the audit)`,
    `  docs    ${stack.aws}/docs   (the API's reference)`,
    '',
    'For the AWS CLI, as an administrator of that account:',
    `  export AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `  export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `  export AWS_DEFAULT_REGION=${stack.region}`,
    `  aws --endpoint-url ${stack.aws} kms list-keys`,
    '',
    `As the administrator of another account, ${stack.tenantAccount.accountId}, which plays a tenant's own:`,
    `  export AWS_ACCESS_KEY_ID=${stack.tenantAccount.operator.accessKeyId}`,
    `  export AWS_SECRET_ACCESS_KEY=${stack.tenantAccount.operator.secretAccessKey}`,
    '',
    'Stop with Ctrl-C.',
  ].join('\n');
}

async function main(): Promise<void> {
  const { json, help, vault: tokenIssuer, ...rest } = readArguments();
  if (help) return console.log(usage);
  const vault = tokenIssuer && (await vaultServer(tokenIssuer));
  const stack = await startStack({
    ...rest,
    ...(vault && { context: vaultContext(vault) }),
    scheduled: true,
    onProgress: (step) => {
      if (process.stderr.isTTY) process.stderr.write(`${step}\n`);
    },
    onLog: (name, line) => process.stderr.write(`${name}: ${line}\n`),
  });
  try {
    if (vault !== undefined) await setUpVault(vault, stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
  const { api, aws, issuer, region, accountId, operator, tenantAccount } = stack;
  const announced = { api, aws, issuer, region, accountId, operator, tenantAccount };
  console.log(json ? JSON.stringify(announced) : describe(stack));
  process.once('exit', await announce(stack));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.close().finally(() => process.exit(0)));
  }
}

main().catch((error: NodeJS.ErrnoException) => {
  const isUsage = error.code?.startsWith('ERR_PARSE_ARGS') ?? false;
  const hint = isUsage ? '; npm start -- --help lists the options' : '';
  process.stderr.write(`tenant-keys: ${error.message}${hint}\n`);
  process.exitCode = 1;
});
