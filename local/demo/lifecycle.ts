/** The second part of the demo, a tenant's lifecycle: rotated, suspended, offboarded, restored, erased and certified. */
import type { LocalStack } from '../stack.ts';
import { type ApiAnswer, callApi, tokenFor } from './api.ts';
import { checkCertificate } from './certificate.ts';
import type { KeyStoreStory } from './key-store-story.ts';
import type { TerminalReport } from './terminal-report.ts';

export interface LifecycleOptions {
  readonly stack: LocalStack;
  readonly report: TerminalReport;
  readonly story: KeyStoreStory;
  readonly tenantId: string;
  /** made before, base64 */
  readonly ciphertext: string;
  readonly content: Buffer;
}

/** @returns how many steps did not go as they must */
export async function runLifecycle(options: LifecycleOptions): Promise<number> {
  const { stack, report, story, tenantId } = options;
  const admin = await tokenFor(stack, 'tenant-keys/admin');
  const api = (method: string, path: string) =>
    callApi(
      stack,
      method,
      `/tenants/${tenantId}${path}`,
      admin,
      method === 'POST' ? {} : undefined,
    );
  let failures = 0;
  const expectStatus = async (method: string, path: string, status: number, describe = state) => {
    const answer = await api(method, path);
    if (answer.status !== status) failures += 1;
    report.verdict(
      answer.status === status,
      `${method} /tenants/${tenantId}${path}`,
      describe(answer),
    );
    return answer;
  };
  const expectDecrypt = async (code: string | undefined) => {
    const refusal = await decryptRefusal(options);
    if (refusal !== code) failures += 1;
    const answer =
      refusal === undefined ? 'the first ciphertext opens' : `nothing opens: ${refusal}`;
    report.verdict(refusal === code, `POST /tenants/${tenantId}/decrypt`, answer);
  };

  report.chapter('New key material; what the old has encrypted still opens');
  await expectStatus('POST', '/key/rotations', 202, story.rotated);
  await expectDecrypt(undefined);

  report.chapter(story.suspended);
  await expectStatus('POST', '/suspend', 200);
  await expectDecrypt('tenant-suspended');
  failures += await whileSuspended(options);
  await expectStatus('POST', '/resume', 200);
  await expectDecrypt(undefined);

  report.chapter('Offboarded, and brought back before the deletion date');
  if (story.knowsLastUse)
    await expectStatus('DELETE', '', 409, ({ json }) => `409 ${json.code}: it was just used`);
  await expectStatus('DELETE', '?force=true', 202, story.offboarded);
  await expectDecrypt('tenant-offboarding');
  await expectStatus('POST', '/restore', 200);
  await expectDecrypt(undefined);

  report.chapter(story.erased);
  await expectStatus('DELETE', '?force=true', 202, story.offboarded);
  failures += await story.passWindow({ stack, report, tenantId });
  await expectStatus('GET', '', 200);
  await expectDecrypt('tenant-not-found');

  const answer = await api('GET', '/erasure-certificate');
  return failures + (await checkCertificate(options, answer));
}

async function whileSuspended(options: LifecycleOptions): Promise<number> {
  const { stack, report, story, tenantId, ciphertext } = options;
  const { whileSuspended: attempt, globex } = story;
  if (attempt === undefined) return 0;
  const { refused, answer } = await attempt.run(stack, {
    acme: tenantId,
    globex,
    ciphertext,
    keys: {},
  });
  report.verdict(refused, attempt.name, answer);
  report.because(attempt.because ?? '');
  return Number(!refused);
}

const state = ({ status, json }: ApiAnswer) => `${status} ${json.status ?? json.code}`;

/** @returns undefined where the ciphertext decrypts to the content, else the code of the refusal */
async function decryptRefusal({ stack, tenantId, ciphertext, content }: LifecycleOptions) {
  const token = await tokenFor(stack, 'tenant-keys/crypto', tenantId);
  const answer = await callApi(stack, 'POST', `/tenants/${tenantId}/decrypt`, token, {
    ciphertext,
  });
  if (answer.status !== 200) return String(answer.json.code);
  const same = Buffer.from(String(answer.json.plaintext), 'base64').equals(content);
  return same ? undefined : 'another plaintext';
}
