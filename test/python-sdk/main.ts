/**
 * `npm run test:python-sdk`: files that the client seals, opened by the AWS Encryption SDK of Python with the tenant's session, and
 * the other way round. The SDK is installed into a folder of its own; where there is no Python or nothing to install it from, that
 * is said in one line, and it is no failure but with PYTHON_REQUIRED=1.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile, sealFile } from '../../client/node/files.ts';
import { TenantKeys } from '../../client/tenant-keys.ts';
import { startStack } from '../../local/stack.ts';
import { tenantCredentials } from '../e2e/tenant-kms.ts';

/** Pinned as dependencies are. */
const packages = ['aws-encryption-sdk==4.0.7', 'boto3==1.43.7'];
const tenantId = 'acme';
const context = { document: '7', ünicode: '\u{1F600}', '\uffee': 'x', '\u{10000}': 'y' };
/** None, one byte, a whole frame, several. */
const sizes = [0, 1, 131_072, 300_000];

const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-python-'));
const at = (name: string) => join(folder, name);
let [passed, failed] = [0, 0];

try {
  const python = installed();
  if (python !== undefined) {
    await exchange(python);
    console.log(
      `Tests:       ${failed > 0 ? `${failed} failed, ` : ''}${passed} passed, ${passed + failed} total`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) process.exitCode = 1;

function installed(): string | undefined {
  const python = at('venv/bin/python');
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', at('venv')],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages],
  ] as const) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    const why = (error?.message ?? stderr).trim().split('\n').at(-1);
    console.log(`left out: the AWS Encryption SDK of Python, which could not be installed: ${why}`);
    if (process.env.PYTHON_REQUIRED === '1') process.exitCode = 1;
    return undefined;
  }
  return python;
}

async function exchange(python: string): Promise<void> {
  const stack = await startStack({ apiPort: 0, awsPort: 0, issuerPort: 0 });
  try {
    const parameters = (request: { readonly tenantId?: string | undefined }) => ({
      tenant_id: request.tenantId,
    });
    const credentials = {
      issuer: stack.issuer,
      clientId: 'python',
      clientSecret: 'local',
      parameters,
    };
    const keys = new TenantKeys({ url: stack.api, credentials });
    const { keyArn } = await keys.tenants.onboard(tenantId);
    const tenant = keys.tenant(tenantId);
    const plaintexts = sizes.map((size) => randomBytes(size));
    const sealed = sizes.map((size) => `${size}`);
    for (const [index, name] of sealed.entries()) {
      writeFileSync(at(`${name}.plain`), plaintexts[index] ?? '');
      await sealFile(tenant, at(`${name}.plain`), at(name), { context });
    }
    writeFileSync(at('plain'), plaintexts.at(-1) ?? '');
    const session = tenantCredentials(stack, tenantId);
    const neighbour = tenantCredentials(stack, 'globex');
    const { aws: endpoint, region } = stack;
    const order = {
      folder,
      endpoint,
      region,
      keyArn,
      session,
      neighbour,
      sealed,
      context,
      tenantId,
    };
    const { contexts, refused } = JSON.parse(await answerOf(python, order));
    for (const [index, name] of sealed.entries()) {
      const opened = readFileSync(at(`${name}.opened`));
      check(`Python opens ${name} bytes`, opened.equals(plaintexts[index] ?? Buffer.of()));
      const { TenantId, ...given } = contexts[index];
      check('... and finds the context', TenantId === tenantId && same(given, context));
    }
    check("... and never with a neighbour's session", refused.length === sealed.length);
    for (const name of ['signed', 'unsigned', 'large-frames']) {
      await openFile(tenant, at(`${name}.python`), at(`${name}.opened`), { context });
      const opened = readFileSync(at(`${name}.opened`));
      check(
        `the client opens what Python made: ${name}`,
        opened.equals(plaintexts.at(-1) ?? opened),
      );
    }
  } finally {
    await stack.close();
  }
}

/** Not waited for in one piece: it asks this very process for KMS. */
async function answerOf(python: string, order: object): Promise<string> {
  const child = spawn(python, [join(import.meta.dirname, 'exchange.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(order));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error('the AWS Encryption SDK of Python failed');
  return Buffer.concat(chunks).toString();
}

function check(name: string, isSo: boolean): void {
  if (isSo) passed += 1;
  else failed += 1;
  console.log(`${isSo ? 'ok' : 'FAILED'}: ${name}`);
}

function same(one: object, other: object): boolean {
  return (
    JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
  );
}
