/**
 * `npm run demo [-- FILE] [-- --vault [--own-issuer]]`: isolation and a tenant's lifecycle in one terminal. Exit code 0 only
 * if all is as it must be. With --vault the keys are in a development server of Vault or OpenBao, found and set up as
 * `npm start -- --vault` does it.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { maxPlaintextBytes } from '../contract/crypto.ts';
import { callApi, tokenFor } from './demo/api.ts';
import type { Attempt, Target } from './demo/attempts.ts';
import { type KeyStoreStory, kmsStory } from './demo/key-store-story.ts';
import { runLifecycle } from './demo/lifecycle.ts';
import { openTerminalReport, type TerminalReport } from './demo/terminal-report.ts';
import { vaultStory } from './demo/vault-story.ts';
import { explain } from './iam/authorize.ts';
import { type LocalStack, startStack } from './stack.ts';
import {
  setUpVault,
  tokenIssuerOf,
  vaultContext,
  vaultOptions,
  vaultServer,
} from './vault-setup.ts';

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: vaultOptions,
  });
  const file = positionals[0] ?? fileURLToPath(new URL('../README.md', import.meta.url));
  const content = readFileSync(file);
  if (content.length > maxPlaintextBytes) {
    throw new Error(
      `${file} has ${content.length} bytes, and a request takes ${maxPlaintextBytes}: name a smaller file`,
    );
  }
  const tokenIssuer = tokenIssuerOf(values);
  const vault = tokenIssuer && (await vaultServer(tokenIssuer));
  const report = openTerminalReport(process.stdout);
  const stack = await startStack({
    // Each request reads the tenant's row, so the demo need not wait for a change of status to be noticed.
    context: { registryTtlSeconds: 0, ...(vault && vaultContext(vault)) },
    apiPort: 0,
    awsPort: 0,
    issuerPort: 0,
    onProgress: report.progress,
  });
  try {
    if (vault !== undefined) await setUpVault(vault, stack);
    const story = vault === undefined ? kmsStory : vaultStory(vault);
    return await run({ stack, report, story, content, name: basename(file) });
  } finally {
    await stack.close();
  }
}

interface Demo {
  readonly stack: LocalStack;
  readonly report: TerminalReport;
  readonly story: KeyStoreStory;
  readonly content: Buffer;
  /** of the file */
  readonly name: string;
}

async function run({ stack, report, story, content, name }: Demo): Promise<number> {
  report.chapter(story.begun);
  const { acme, globex, attempts } = story;
  const admin = await tokenFor(stack, 'tenant-keys/admin');
  const keys: Record<string, string> = {};
  for (const tenantId of [acme, globex]) {
    const path = `/tenants/${tenantId}`;
    const { status, json } = await callApi(stack, 'PUT', path, admin, story.onboarding);
    keys[tenantId] = String(json.keyArn ?? json.keyName);
    report.step(`PUT ${path}`, `${status} ${json.status} ${keys[tenantId]}`);
  }

  report.chapter(`acme encrypts ${name} (${content.length} bytes) and decrypts it again`);
  const token = await tokenFor(stack, 'tenant-keys/crypto', acme);
  const encrypted = await callApi(stack, 'POST', `/tenants/${acme}/encrypt`, token, {
    plaintext: content.toString('base64'),
  });
  const ciphertext = String(encrypted.json.ciphertext);
  report.step(`POST /tenants/${acme}/encrypt`, `${encrypted.status} ${ciphertext.slice(0, 40)}...`);
  const decryptPath = `/tenants/${acme}/decrypt`;
  const decrypted = await callApi(stack, 'POST', decryptPath, token, { ciphertext });
  const same = Buffer.from(String(decrypted.json.plaintext), 'base64').equals(content);
  report.verdict(same, `POST ${decryptPath}`, `${decrypted.status}, byte for byte the same`);

  report.chapter('Everybody else is refused, at each layer');
  let failures = same ? 0 : 1;
  for (const attempt of attempts) {
    const refused = await tryOnce(stack, report, attempt, { ciphertext, keys, acme, globex });
    if (!refused) failures += 1;
  }
  failures += await runLifecycle({ stack, report, story, tenantId: acme, ciphertext, content });
  report.end(failures, attempts.length);
  return failures === 0 ? 0 : 1;
}

async function tryOnce(
  stack: LocalStack,
  report: TerminalReport,
  attempt: Attempt,
  target: Target,
): Promise<boolean> {
  const { refused, answer, requestId } = await attempt.run(stack, target);
  const plain = (text: string) => withNames(text, stack, target.keys);
  report.verdict(refused, attempt.name, plain(answer));
  const decisions = stack.deployment.decisions.of(requestId ?? '');
  const refusal = decisions.find(({ decision }) => !decision.allowed);
  const because = refusal === undefined ? attempt.because : explain(refusal.decision);
  report.because(plain(because ?? 'no statement of a policy refused this'));
  return refused && because !== undefined;
}

/** ARNs in words of the demo, and logical ids without their suffixes. */
function withNames(
  text: string,
  { accountId, region }: LocalStack,
  keys: Readonly<Record<string, string>>,
): string {
  let named = text;
  for (const [tenantId, arn] of Object.entries(keys))
    named = named.replaceAll(arn, `${tenantId}'s key`);
  return named
    .replace(new RegExp(`arn:aws:(iam|sts)::${accountId}:`, 'g'), '')
    .replace(new RegExp(`arn:aws:execute-api:${region}:${accountId}:\\w+/`, 'g'), '')
    .replace(/TenantKeys-(\w+?)[0-9A-F]{8}\b/g, '$1')
    .replace(/\b(\w+?Role)[0-9A-F]{8}\b/g, '$1');
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`demo: ${error.message}\n`);
    process.exitCode = 1;
  },
);
