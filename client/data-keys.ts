/** Data keys by the API: one request each, and one call of KMS. */
import { toBase64 } from './base64.ts';
import { type Bytes, checkedBytes, decoded, maxCiphertextBytes, notFromApi } from './bytes.ts';
import { checkedContext } from './context.ts';
import type { DataKey, DataKeySource, EncryptionContext } from './data-key-source.ts';
import type { DataKey as DataKeyAnswer } from './http/api-types.ts';
import type { CallOptions } from './http/call.ts';
import type { Transport } from './http/transport.ts';

export type WrappedDataKey = Omit<DataKey, 'plaintext'>;

/** What requests of a tenant are made by. */
export interface Requester {
  readonly transport: Transport;
  readonly tenantId: string;
}

export const dataKeySource = (requester: Requester): DataKeySource => ({
  generate: (context, call = {}) => generateDataKey(requester, context, call),
  open: (wrapped, context, call = {}) => openDataKey(requester, wrapped, context, call),
});

export async function generateDataKey(
  { transport, tenantId }: Requester,
  context: EncryptionContext | undefined,
  call: CallOptions,
): Promise<DataKey> {
  const body = { encryptionContext: checkedContext(context) };
  const shape = { keyProviderId: 'string', wrappedDataKey: 'string', plaintext: 'string' } as const;
  const answer = await transport.json('generateDataKey', { ...call, tenantId, body }, shape);
  const { wrappedDataKey, plaintext = '' } = answer;
  return {
    ...keyOf(answer),
    wrapped: decoded(wrappedDataKey),
    plaintext: ofLength(decoded(plaintext)),
  };
}

export async function generateWrappedDataKey(
  { transport, tenantId }: Requester,
  context: EncryptionContext | undefined,
  call: CallOptions,
): Promise<WrappedDataKey> {
  const body = { encryptionContext: checkedContext(context), plaintext: false };
  const shape = { keyProviderId: 'string', wrappedDataKey: 'string' } as const;
  const answer = await transport.json('generateDataKey', { ...call, tenantId, body }, shape);
  return { ...keyOf(answer), wrapped: decoded(answer.wrappedDataKey) };
}

export async function openDataKey(
  { transport, tenantId }: Requester,
  wrapped: Uint8Array,
  context: EncryptionContext | undefined,
  call: CallOptions,
): Promise<Bytes> {
  const body = {
    wrappedDataKey: toBase64(checkedBytes(wrapped, maxCiphertextBytes)),
    encryptionContext: checkedContext(context),
  };
  const shape = { plaintext: 'string' } as const;
  const answer = await transport.json('decryptDataKey', { ...call, tenantId, body }, shape);
  return ofLength(decoded(answer.plaintext));
}

/** As messages have it. */
function keyOf({ keyProviderId, keyArn, keyName = keyArn }: DataKeyAnswer) {
  if (keyName === undefined) throw notFromApi('names no key');
  return { keyProviderId, keyName };
}

/** A short key would encrypt all the same, and badly. */
function ofLength(plaintext: Bytes): Bytes {
  if (plaintext.length === 32) return plaintext;
  throw notFromApi('has no data key');
}
