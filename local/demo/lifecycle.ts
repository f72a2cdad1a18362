/** The second part of the demo, a tenant's lifecycle: rotated, suspended, offboarded, restored, erased and certified. */
import { createHash, verify } from 'node:crypto';
import type { LocalStack } from '../stack.ts';
import { type ApiAnswer, callApi, tokenFor } from './api.ts';
import type { TerminalReport } from './terminal-report.ts';

export interface LifecycleOptions {
  readonly stack: LocalStack;
  readonly report: TerminalReport;
  readonly tenantId: string;
  /** made before, base64 */
  readonly ciphertext: string;
  readonly content: Buffer;
}

interface SignedCertificate {
  readonly certificate: Readonly<Record<string, unknown>>;
  readonly signatures: readonly { readonly keyArn: string; readonly signature: string }[];
}
interface PublicKey {
  readonly keyArn: string;
  readonly publicKey: string;
  readonly signingAlgorithm: string;
}

const dayMs = 86_400_000;

/** @returns how many steps did not go as they must */
export async function runLifecycle(options: LifecycleOptions): Promise<number> {
  const { stack, report, tenantId } = options;
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
  await expectStatus('POST', '/key/rotations', 202, rotationsLeft);
  await expectDecrypt(undefined);

  report.chapter('Suspended: the key is disabled, and KMS itself refuses');
  await expectStatus('POST', '/suspend', 200);
  await expectDecrypt('tenant-suspended');
  await expectStatus('POST', '/resume', 200);
  await expectDecrypt(undefined);

  report.chapter('Offboarded, and brought back before the deletion date');
  await expectStatus('DELETE', '', 409, ({ json }) => `409 ${json.code}: it was just used`);
  await expectStatus('DELETE', '?force=true', 202, deletionDate);
  await expectDecrypt('tenant-offboarding');
  await expectStatus('POST', '/restore', 200);
  await expectDecrypt(undefined);

  report.chapter('Offboarded for good: 31 days go by for KMS, and the key is gone');
  await expectStatus('DELETE', '?force=true', 202, deletionDate);
  stack.deployment.clock.advance(31 * dayMs);
  await stack.run('reconciler');
  await expectStatus('GET', '', 200);
  await expectDecrypt('tenant-not-found');

  report.chapter('A certificate of erasure, which anybody can check');
  const { json } = await expectStatus('GET', '/erasure-certificate', 200, certificateLine);
  const { json: published } = await callApi(stack, 'GET', '/certificate-key', admin);
  const keys = published.keys as readonly PublicKey[];
  const signed = json as unknown as SignedCertificate;
  const changed = { ...signed.certificate, tenantId: 'somebody-else' };
  const valid = keys.every((key) => isSigned(signed, key));
  const forged = keys.some((key) => isSigned({ ...signed, certificate: changed }, key));
  const algorithms = keys.map(({ signingAlgorithm }) => signingAlgorithm).join(' and ');
  report.verdict(valid, `checked by ${algorithms}`, valid ? 'the signatures are right' : 'WRONG');
  report.verdict(
    !forged,
    'with another tenant id',
    forged ? 'STILL RIGHT' : 'the signatures are wrong',
  );
  report.because('By hand, with jq and openssl: docs/api.md, "Certificates of erasure"');
  return failures + Number(!valid) + Number(forged);
}

const state = ({ status, json }: ApiAnswer) => `${status} ${json.status ?? json.code}`;
const rotationsLeft = ({ status, json }: ApiAnswer) =>
  `${status}, ${json.rotationsLeft} rotations on demand are left`;
const deletionDate = ({ status, json }: ApiAnswer) =>
  `${status} ${json.status}, KMS deletes the key on ${json.deletionDate}`;
const certificateLine = ({ status, json }: ApiAnswer) =>
  `${status} ${JSON.stringify(json.certificate).slice(0, 100)}...`;

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

/**
 * As docs/api.md tells an auditor: the signature is of a statement with the hash of the certificate's bytes by RFC
 * 8785. Without the product's own code, which an auditor does not have.
 */
function isSigned({ certificate, signatures }: SignedCertificate, key: PublicKey): boolean {
  const hash = createHash('sha512').update(canonical(certificate)).digest('hex');
  const statement = Buffer.from(`tenant-keys/erasure-certificate/v2\n${hash}\n`);
  const found = signatures.find(({ keyArn }) => keyArn === key.keyArn);
  const signature = Buffer.from(found?.signature ?? '', 'base64');
  const digest = key.signingAlgorithm === 'ECDSA_SHA_256' ? 'sha256' : null;
  return verify(digest, statement, key.publicKey, signature);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
