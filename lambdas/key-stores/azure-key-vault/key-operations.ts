/**
 * The two cryptographic operations of Azure Key Vault that a tenant's identity may do. Invariant: each names the tenant's key, and
 * unwrapping its version; and of an answer nothing counts that has another form.
 */
import * as z from 'zod/mini';
import { CiphertextRefused } from '../keyring.ts';
import type { AzureAnswer } from './azure-client.ts';
import {
  AzureAccessDenied,
  AzureKeyDisabled,
  AzureKeyNotFound,
  AzureUnavailable,
} from './azure-errors.ts';
import { keyNameOf, keyPath } from './azure-names.ts';
import type { AzureSession } from './entra-session.ts';
import { isVersion, type WrappedByVersion } from './wrapped-data-key.ts';

export interface KeyReference {
  readonly vaultUrl: string;
  readonly tenantId: string;
}

const algorithm = 'RSA-OAEP-256';

/** By the key's newest version. @throws the errors of `azure-errors.ts`, OutOfTime */
export async function wrapKey(
  session: AzureSession,
  key: KeyReference,
  plaintext: Uint8Array,
): Promise<WrappedByVersion & { readonly requestId: string }> {
  const answer = await send(session, key, 'wrapkey', plaintext);
  requireDone(answer);
  const { kid, value } = resultOf(answer);
  const prefix = `${keyNameOf(key, key.tenantId)}/`;
  const version = kid.slice(prefix.length);
  if (!kid.startsWith(prefix) || !isVersion(version)) throw new AzureUnavailable('nonsense');
  return { version, ciphertext: value, requestId: requestIdOf(answer) };
}

/** @throws CiphertextRefused; what says nothing of the ciphertext: the errors of `azure-errors.ts`, OutOfTime */
export async function unwrapKey(
  session: AzureSession,
  key: KeyReference,
  { version, ciphertext }: WrappedByVersion,
): Promise<{ readonly plaintext: Uint8Array; readonly requestId: string }> {
  const answer = await send(session, key, 'unwrapkey', ciphertext, version);
  // A decryption that failed, of an RSA key, has no code of its own.
  if (answer.status === 400) throw new CiphertextRefused();
  if (isNoKey(answer) && (await hasKey(session, key))) throw new CiphertextRefused();
  requireDone(answer);
  return { plaintext: resultOf(answer).value, requestId: requestIdOf(answer) };
}

/** The vault says the same of a key that is gone and of a version that the key never had, which anybody can write. */
async function hasKey(session: AzureSession, key: KeyReference): Promise<boolean> {
  const answer = await send(session, key, 'wrapkey', new Uint8Array(1));
  return !isNoKey(answer);
}

const isNoKey = ({ status, code }: AzureAnswer): boolean =>
  status === 404 && code === 'KeyNotFound';

/** @param version the newest one by default: the path has an empty segment then, as Microsoft's own clients write it */
const send = (
  session: AzureSession,
  { tenantId }: KeyReference,
  operation: 'wrapkey' | 'unwrapkey',
  value: Uint8Array,
  version = '',
): Promise<AzureAnswer> =>
  session.send({
    service: 'vault',
    method: 'POST',
    path: keyPath(tenantId, `/${version}/${operation}`),
    operation: { name: `POST keys/${operation}`, tenantId },
    body: { alg: algorithm, value: base64urlOf(value) },
  });

const base64urlOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('base64url');

function requireDone(answer: AzureAnswer): void {
  const { status, innerCode } = answer;
  if (status === 200) return;
  if (status === 403)
    throw innerCode === 'KeyDisabled' ? new AzureKeyDisabled() : new AzureAccessDenied();
  throw isNoKey(answer) ? new AzureKeyNotFound() : new AzureUnavailable('failed');
}

const result = z.object({ kid: z.string(), value: z.string().check(z.regex(/^[\w-]+$/)) });

/** @returns the value in a buffer that nobody else has */
function resultOf({ body }: AzureAnswer): { readonly kid: string; readonly value: Uint8Array } {
  const parsed = z.safeParse(result, body);
  if (!parsed.success) throw new AzureUnavailable('nonsense');
  const bytes = Buffer.from(parsed.data.value, 'base64url');
  const value = new Uint8Array(bytes);
  bytes.fill(0);
  return { kid: parsed.data.kid, value };
}

const requestIdOf = ({ requestId }: AzureAnswer): string => requestId ?? 'unknown';
