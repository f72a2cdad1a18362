/** `npm run demo [-- FILE]`: the whole story in one terminal. Exit code 0 only if all went as it must. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { callApi, tokenFor } from './demo/api.ts';
import { type Attempt, attempts } from './demo/attempts.ts';
import { tellLife } from './demo/lifecycle.ts';
import { openStory, type Story } from './demo/terminal-report.ts';
import { explain } from './iam/authorize.ts';
import { type LocalStack, startStack } from './stack.ts';

async function main(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const file = positionals[0] ?? new URL('../README.md', import.meta.url).pathname;
  const content = readFileSync(file);
  const story = openStory(process.stdout);
  const stack = await startStack({
    // Each request reads the tenant's row, so that the story need not wait for a status to be noticed.
    context: { registryTtlSeconds: 0 },
    apiPort: 0,
    awsPort: 0,
    issuerPort: 0,
    onProgress: story.progress,
  });
  try {
    return await tell(stack, story, basename(file), content);
  } finally {
    await stack.close();
  }
}

async function tell(
  stack: LocalStack,
  story: Story,
  name: string,
  content: Buffer,
): Promise<number> {
  story.chapter('Two tenants, each with a KMS key of its own');
  const admin = await tokenFor(stack, 'tenant-keys/admin');
  const keys: Record<string, string> = {};
  for (const tenantId of ['acme', 'globex']) {
    const { status, json } = await callApi(stack, 'PUT', `/tenants/${tenantId}`, admin, {});
    story.step(`PUT /tenants/${tenantId}`, `${status} ${json.status} ${json.keyArn}`);
    keys[tenantId] = String(json.keyArn);
  }

  story.chapter(`acme encrypts ${name} (${content.length} bytes) and decrypts it again`);
  const token = await tokenFor(stack, 'tenant-keys/crypto', 'acme');
  const sealed = await callApi(stack, 'POST', '/tenants/acme/encrypt', token, {
    plaintext: content.toString('base64'),
  });
  const ciphertext = String(sealed.json.ciphertext);
  story.step('POST /tenants/acme/encrypt', `${sealed.status} ${ciphertext.slice(0, 40)}...`);
  const opened = await callApi(stack, 'POST', '/tenants/acme/decrypt', token, { ciphertext });
  const same = Buffer.from(String(opened.json.plaintext), 'base64').equals(content);
  story.verdict(same, 'POST /tenants/acme/decrypt', `${opened.status}, byte for byte the same`);

  story.chapter('Everybody else is refused, at each layer');
  let failures = same ? 0 : 1;
  for (const attempt of attempts) {
    const refused = await tryOnce(stack, story, attempt, { ciphertext, keys });
    if (!refused) failures += 1;
  }
  failures += await tellLife({ stack, story, tenantId: 'acme', ciphertext, content });
  story.end(failures, attempts.length);
  return failures === 0 ? 0 : 1;
}

async function tryOnce(
  stack: LocalStack,
  story: Story,
  attempt: Attempt,
  acme: { readonly ciphertext: string; readonly keys: Readonly<Record<string, string>> },
): Promise<boolean> {
  const { refused, answer, requestId } = await attempt.run(stack, acme);
  const plain = (text: string) => withNames(text, stack, acme.keys);
  story.verdict(refused, attempt.name, plain(answer));
  const decisions = stack.deployment.decisions.of(requestId ?? '');
  const refusal = decisions.find(({ decision }) => !decision.allowed);
  const because = refusal === undefined ? attempt.because : explain(refusal.decision);
  story.because(plain(because ?? 'no statement of a policy refused this'));
  return refused && because !== undefined;
}

/** ARNs and the suffixes of logical ids, in words that a reader of the story knows. */
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
