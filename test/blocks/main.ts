/**
 * `npm run test:blocks`: the shell blocks of the documents, in one shell and against a local stack, as somebody would paste
 * them; and of those that need an account each command, as far as the AWS CLI and CDK go before they call AWS. Where a tool
 * is missing, that is said in one line, and it is no failure but with BLOCKS_REQUIRED=1.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { type Block, blockOf } from './blocks.ts';
import { type OnAccount, onAccount, type Run, runs } from './plan.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-blocks-'));
const commands = join(folder, 'bin');
const work = join(folder, 'work');
/** What the commands of {@link commands} have done, a line each. */
const journal = join(folder, 'journal');
let [passed, failed] = [0, 0];

const missing = ['bash', 'curl', 'jq', 'openssl', 'aws'].filter(
  (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
);
try {
  if (missing.length > 0) leaveOut();
  else await runAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) process.exitCode = 1;

function leaveOut(): void {
  if (process.env.BLOCKS_REQUIRED === '1') failed += 1;
  console.log(
    `left out: the shell blocks of the documents, since ${missing.join(', ')} is not here`,
  );
}

async function runAll(): Promise<void> {
  mkdirSync(commands);
  mkdirSync(work);
  // The examples take the client as it is installed.
  spawnSync('npm', ['run', '--silent', 'build:client'], { cwd: root, stdio: 'inherit' });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(journal, '');
  const context = { keyStores: { awsKmsExternal: { accounts: ['222222222222'] } } };
  const ports = { apiPort: 0, awsPort: 0, issuerPort: 0 };
  const stack = await startStack({ ...ports, context, scheduled: true });
  try {
    makeCommands();
    await bash(stack, 'tenant-keys tenants onboard acme');
    for (const block of onAccount) await runWithoutAccount(stack, block);
    await runHere(stack);
  } finally {
    await stack.close();
  }
  const failures = failed > 0 ? `${failed} failed, ` : '';
  console.log(`Tests:       ${failures}${passed} passed, ${passed + failed} total`);
}

function report(block: Block, problem: string | undefined, note = ''): void {
  const name = `${block.document}: ${block.begins.slice(0, 70)}`;
  if (problem === undefined) passed += 1;
  else failed += 1;
  console.log(problem === undefined ? `ok: ${name}${note}` : `FAILED: ${name}\n${problem}`);
}

/** A user's shell, with what {@link makeCommands} makes. */
async function bash(stack: LocalStack, script: string) {
  const { accessKeyId, secretAccessKey } = stack.operator;
  const shell = spawn('bash', ['-s'], {
    cwd: work,
    env: {
      PATH: [commands, dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      root,
      TENANT_KEYS_URL: stack.api,
      TENANT_KEYS_ISSUER: stack.issuer,
      TENANT_KEYS_CLIENT_ID: 'me',
      TENANT_KEYS_CLIENT_SECRET: 'local',
      TENANT_KEYS_TENANT_PARAMETER: 'tenant_id',
      AWS_ENDPOINT_URL: stack.aws,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: stack.region,
      tenant_key: stack.tenantAccount.operator.accessKeyId,
      tenant_secret: stack.tenantAccount.operator.secretAccessKey,
      AWS_MAX_ATTEMPTS: '1',
      AWS_PAGER: '',
    },
  });
  shell.stdin.end(script);
  const [stdout, stderr, code] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    new Promise<number | null>((resolve) => shell.on('close', resolve)),
  ]);
  return { stdout, stderr, code };
}

/** The pages name the ports that `npm start` takes by itself. */
function here(stack: LocalStack, script: string): string {
  return script
    .replaceAll('http://127.0.0.1:3000/v1', stack.api)
    .replaceAll('http://127.0.0.1:3002', stack.issuer)
    .replaceAll('http://127.0.0.1:4566', stack.aws)
    .replaceAll('npm run cost', 'npm --prefix "$root" run cost')
    .replaceAll(/from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z/g, today())
    .replaceAll(
      'npm run reconcile',
      `npm --prefix "$root" run --silent reconcile -- --aws-port ${new URL(stack.aws).port}`,
    );
}

/** Nothing was here in October. */
function today(): string {
  const dayMs = 86_400_000;
  const at = (days: number) => new Date(Date.now() + days * dayMs).toISOString();
  return `from=${at(-1)}&to=${at(1)}`;
}

async function runHere(stack: LocalStack): Promise<void> {
  const mark = (at: number) => `printf '\\n@@%s\\n' ${at}`;
  const parts = runs.map(({ document, begins, before = '', tenant = 'acme' }, at) => {
    const block = blockOf(document, begins).text.replaceAll('acme', tenant);
    return [before, mark(at), withThisOpenSsl(block)].join('\n');
  });
  const { stdout, stderr, code } = await bash(
    stack,
    here(stack, ['set -e', ...parts, mark(runs.length)].join('\n')),
  );
  const printed = stdout.split(/^@@\d+\n/m).slice(1);
  for (const [at, run] of runs.entries()) {
    report(blockOf(run.document, run.begins), problemOf(run, printed, at));
  }
  if (code !== 0) console.log(stderr);
}

/** The part after the last one that was begun is missing where it was cut off. */
function problemOf({ prints }: Run, printed: readonly string[], at: number): string | undefined {
  const own = printed[at]?.trim();
  if (own === undefined) return 'not reached';
  if (printed[at + 1] === undefined) return `cut off:\n${own}`;
  return prints.test(own) ? undefined : `expected ${prints}, printed\n${own}`;
}

/** OpenSSL verifies ML-DSA from 3.5 on, as the page says. */
function withThisOpenSsl(block: string): string {
  const [, major, minor] =
    /^OpenSSL (\d+)\.(\d+)/.exec(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout) ??
    [];
  if (Number(major) > 3 || Number(minor) >= 5) return block;
  if (block.includes('pkeyutl'))
    console.log('left out: the ML-DSA line of docs/api.md, since this OpenSSL is older than 3.5');
  return block.replace(/^openssl pkeyutl .*$/m, '');
}

/**
 * `aws` asks the local stack, and counts as taken what the CLI let through and the stack has no service for; `npx cdk`
 * reads the configuration that it is given, and stops before it would call AWS.
 */
function makeCommands(): void {
  const aws = spawnSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).stdout.trim();
  const script = (name: string, body: string) => {
    const file = join(commands, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  };
  script(
    'aws',
    `errors=$(mktemp)
# What is waited for never comes here.
if [ "$2" = wait ]; then timeout 5 '${aws}' --endpoint-url "$AWS_ENDPOINT_URL" "$@" 2> "$errors"; code=$?; [ $code != 124 ] || code=0
else '${aws}' --endpoint-url "$AWS_ENDPOINT_URL" "$@" 2> "$errors"; code=$?; fi
cat "$errors" >&2
if [ $code = 0 ]; then echo "done aws $1 $2" >> '${journal}'
elif grep -qE 'The local stack has no|Could not connect to the endpoint' "$errors"; then echo "taken aws $1 $2" >> '${journal}'; code=0
else echo "refused aws $(echo "$*" | tr '\\n' ' '): $(tr '\\n' ' ' < "$errors")" >> '${journal}'; fi
rm "$errors"; exit $code`,
  );
  script(
    'npx',
    `shift; verb=$1; shift
cd '${root}' && if node_modules/.bin/cdk ls "$@" > /dev/null 2> '${folder}/cdk'; then echo "done cdk $verb" >> '${journal}'
else echo "refused cdk $verb $*: $(tr '\\n' ' ' < '${folder}/cdk')" >> '${journal}'; fi`,
  );
  script('tenant-keys', `exec '${process.execPath}' '${root}/client/command-line/main.ts' "$@"`);
}

async function runWithoutAccount(stack: LocalStack, planned: OnAccount): Promise<void> {
  const { document, begins, reason, before = '', mayBe } = planned;
  const block = blockOf(document, begins);
  writeFileSync(journal, '');
  const preamble = blockOf('docs/operations.md', 'output()').text;
  await bash(stack, [preamble, before, block.text].join('\n'));
  const lines = readFileSync(journal, 'utf8').trim().split('\n');
  const refused = lines.filter((line) => line.startsWith('refused') && !mayBe?.test(line));
  // One is the preamble's.
  const problem = refused.length > 0 || lines.length < 2 ? refused.join('\n') : undefined;
  report(block, problem, ` (${lines.length - 1} commands; needs ${reason})`);
}
