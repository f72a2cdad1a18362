/** One plaintext, one ciphertext: raw bytes both ways where the context fits into a header, else JSON. */
import { toBase64 } from './base64.ts';
import {
  type Bytes,
  checkedBytes,
  checkedCiphertext,
  checkedPlaintext,
  decoded,
  maxCiphertextBytes,
  maxPlaintextBytes,
} from './bytes.ts';
import { checkedContext, headerOf } from './context.ts';
import type { EncryptionContext } from './data-key-source.ts';
import type { Requester } from './data-keys.ts';
import type { Inspection } from './http/api-types.ts';
import type { CallOptions } from './http/call.ts';

/** `envelope`: a message of the AWS Encryption SDK; `direct`: what `kms:Encrypt` gives, of 4,096 bytes at most */
export type Mode = 'envelope' | 'direct';

export interface ContextOptions extends CallOptions {
  /** what is authenticated with the ciphertext: the same, exactly, both ways */
  readonly context?: EncryptionContext | undefined;
}

export interface EncryptOptions extends ContextOptions {
  /** `envelope` unless it is said */
  readonly mode?: Mode | undefined;
}

export interface ReencryptOptions extends ContextOptions {
  /** takes the place of the old one, which is kept where this is not given */
  readonly newContext?: EncryptionContext | undefined;
}

export interface Reencrypted {
  readonly ciphertext: Bytes;
  /** that the new ciphertext is under, and the old one is; where they are the same nothing was left to do */
  readonly keyMaterialId?: string | undefined;
  readonly sourceKeyMaterialId?: string | undefined;
}

export async function encrypt(
  { transport, tenantId }: Requester,
  plaintext: Uint8Array,
  { context, mode, ...call }: EncryptOptions,
): Promise<Bytes> {
  const bytes = checkedBytes(plaintext, maxPlaintextBytes);
  const encryptionContext = checkedContext(context);
  const headers = rawHeaders(encryptionContext, mode);
  if (headers !== undefined && bytes.length > 0) {
    const raw = await transport.bytes('encrypt', { ...call, tenantId, body: bytes, headers });
    return checkedCiphertext(raw, bytes.length, mode);
  }
  const body = { plaintext: toBase64(bytes), encryptionContext, mode };
  const shape = { ciphertext: 'string' } as const;
  const { ciphertext } = await transport.json('encrypt', { ...call, tenantId, body }, shape);
  return checkedCiphertext(decoded(ciphertext), bytes.length, mode);
}

export async function decrypt(
  { transport, tenantId }: Requester,
  ciphertext: Uint8Array,
  { context, ...call }: ContextOptions,
): Promise<Bytes> {
  const bytes = checkedBytes(ciphertext, maxCiphertextBytes);
  const encryptionContext = checkedContext(context);
  const headers = rawHeaders(encryptionContext);
  if (headers !== undefined && bytes.length > 0) {
    const raw = await transport.bytes('decrypt', { ...call, tenantId, body: bytes, headers });
    return checkedPlaintext(raw, bytes.length);
  }
  const body = { ciphertext: toBase64(bytes), encryptionContext };
  const shape = { plaintext: 'string' } as const;
  const { plaintext } = await transport.json('decrypt', { ...call, tenantId, body }, shape);
  return checkedPlaintext(decoded(plaintext), bytes.length);
}

/** In JSON, which alone has the ids of the key material. */
export async function reencrypt(
  { transport, tenantId }: Requester,
  ciphertext: Uint8Array,
  { context, newContext, ...call }: ReencryptOptions,
): Promise<Reencrypted> {
  const body = {
    ciphertext: toBase64(checkedBytes(ciphertext, maxCiphertextBytes)),
    encryptionContext: checkedContext(context),
    newEncryptionContext: checkedContext(newContext),
  };
  const shape = { ciphertext: 'string' } as const;
  const answer = await transport.json('reencrypt', { ...call, tenantId, body }, shape);
  return { ...answer, ciphertext: decoded(answer.ciphertext) };
}

export function inspect(
  { transport, tenantId }: Requester,
  ciphertext: Uint8Array,
  { context, ...call }: ContextOptions,
): Promise<Inspection> {
  const body = {
    ciphertext: toBase64(checkedBytes(ciphertext, maxCiphertextBytes)),
    encryptionContext: checkedContext(context),
  };
  const shape = { format: 'string', keyMaterialId: 'string' } as const;
  return transport.json('inspect', { ...call, tenantId, body }, shape);
}

/** @returns undefined where the context is too long for a header */
function rawHeaders(context: EncryptionContext | undefined, mode?: Mode) {
  const header = context === undefined ? '' : headerOf(context);
  if (header === undefined) return undefined;
  return {
    ...(header !== '' && { 'Encryption-Context': header }),
    ...(mode !== undefined && { 'Encryption-Mode': mode }),
  };
}
