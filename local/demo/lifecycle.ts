/** The rest of a tenant's life: rotated, suspended, offboarded, restored, erased, and proof of it. */
import { verify } from 'node:crypto';
import type { LocalStack } from '../stack.ts';
import { type Answer, callApi, tokenFor } from './api.ts';
import type { Story } from './terminal-report.ts';

export interface Life {
  readonly stack: LocalStack;
  readonly story: Story;
  readonly tenantId: string;
  /** made at its beginning, base64 */
  readonly ciphertext: string;
  readonly content: Buffer;
}

interface SignedCertificate {
  readonly certificate: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

const dayInMs = 86_400_000;

/** @returns how many things did not go as they must */
export async function tellLife(life: Life): Promise<number> {
  const { stack, story, tenantId } = life;
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
  const expectStatus = async (method: string, path: string, status: number, tell = state) => {
    const answer = await api(method, path);
    if (answer.status !== status) failures += 1;
    story.verdict(answer.status === status, `${method} /tenants/${tenantId}${path}`, tell(answer));
    return answer;
  };
  const expectDecrypt = async (code: string | undefined) => {
    const refusal = await decrypts(life);
    if (refusal !== code) failures += 1;
    const told = refusal === undefined ? 'the first ciphertext opens' : `nothing opens: ${refusal}`;
    story.verdict(refusal === code, `POST /tenants/${tenantId}/decrypt`, told);
  };

  story.chapter('New key material; what the old has encrypted still opens');
  await expectStatus('POST', '/key/rotations', 202, rotationsLeft);
  await expectDecrypt(undefined);

  story.chapter('Suspended: the key is disabled, and KMS itself refuses');
  await expectStatus('POST', '/suspend', 200);
  await expectDecrypt('tenant-suspended');
  await expectStatus('POST', '/resume', 200);
  await expectDecrypt(undefined);

  story.chapter('Offboarded, and brought back before the deletion date');
  await expectStatus('DELETE', '', 409, ({ json }) => `409 ${json.code}: it was just used`);
  await expectStatus('DELETE', '?force=true', 202, deletionDate);
  await expectDecrypt('tenant-offboarding');
  await expectStatus('POST', '/restore', 200);
  await expectDecrypt(undefined);

  story.chapter('Offboarded for good: 31 days go by for KMS, and the key is gone');
  await expectStatus('DELETE', '?force=true', 202, deletionDate);
  stack.deployment.clock.advance(31 * dayInMs);
  await stack.run('reconciler');
  await expectStatus('GET', '', 200);
  await expectDecrypt('tenant-not-found');

  story.chapter('A certificate of erasure, which anybody can check');
  const { json } = await expectStatus('GET', '/erasure-certificate', 200, certificateLine);
  const { json: key } = await callApi(stack, 'GET', '/certificate-key', admin);
  const signed = json as unknown as SignedCertificate;
  const valid = isSigned(signed, String(key.publicKey));
  const changed = { ...signed.certificate, tenantId: 'somebody-else' };
  const forged = isSigned({ ...signed, certificate: changed }, String(key.publicKey));
  story.verdict(valid, 'checked with the public key', valid ? 'the signature is right' : 'WRONG');
  story.verdict(
    !forged,
    'with another tenant id',
    forged ? 'STILL RIGHT' : 'the signature is wrong',
  );
  story.because('By hand, with jq and openssl: docs/api.md, "Certificates of erasure"');
  return failures + Number(!valid) + Number(forged);
}

const state = ({ status, json }: Answer) => `${status} ${json.status ?? json.code}`;
const rotationsLeft = ({ status, json }: Answer) =>
  `${status}, ${json.rotationsLeft} rotations on demand are left`;
const deletionDate = ({ status, json }: Answer) =>
  `${status} ${json.status}, KMS deletes the key on ${json.deletionDate}`;
const certificateLine = ({ status, json }: Answer) =>
  `${status} ${JSON.stringify(json.certificate).slice(0, 100)}...`;

/** @returns undefined where the first ciphertext opens, else the code of the refusal */
async function decrypts({ stack, tenantId, ciphertext, content }: Life) {
  const token = await tokenFor(stack, 'tenant-keys/crypto', tenantId);
  const answer = await callApi(stack, 'POST', `/tenants/${tenantId}/decrypt`, token, {
    ciphertext,
  });
  if (answer.status !== 200) return String(answer.json.code);
  const same = Buffer.from(String(answer.json.plaintext), 'base64').equals(content);
  return same ? undefined : 'another plaintext';
}

/**
 * As the documents tell an auditor: the signature is of the certificate's RFC 8785 bytes. Not by the product's own
 * code: whoever checks a certificate has none of it.
 */
function isSigned({ certificate, signature }: SignedCertificate, publicKey: string): boolean {
  const bytes = Buffer.from(canonical(certificate));
  return verify('sha256', bytes, publicKey, Buffer.from(signature, 'base64'));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
