/** The end of the demo: a certificate of erasure, checked as an auditor does it, without the product's own code. */
import { createHash, verify } from 'node:crypto';
import type { LocalStack } from '../stack.ts';
import { type ApiAnswer, callApi, tokenFor } from './api.ts';
import type { TerminalReport } from './terminal-report.ts';

interface SignedCertificate {
  readonly certificate: Readonly<Record<string, unknown>>;
  readonly signatures: readonly { readonly keyArn: string; readonly signature: string }[];
}
interface PublicKey {
  readonly keyArn: string;
  readonly publicKey: string;
  readonly signingAlgorithm: string;
}

/**
 * @param answer to the request for it
 * @returns how many checks did not go as they must
 */
export async function checkCertificate(
  {
    stack,
    report,
    tenantId,
  }: {
    readonly stack: LocalStack;
    readonly report: TerminalReport;
    readonly tenantId: string;
  },
  { status, json }: ApiAnswer,
): Promise<number> {
  report.chapter('A certificate of erasure, which anybody can check');
  report.verdict(
    status === 200,
    `GET /tenants/${tenantId}/erasure-certificate`,
    `${status} ${JSON.stringify(json.certificate ?? json).slice(0, 100)}...`,
  );
  if (status !== 200) return 1;
  const admin = await tokenFor(stack, 'tenant-keys/admin');
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
  return Number(!valid) + Number(forged);
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
