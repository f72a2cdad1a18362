/** The API's three batches, of any size. */
import { toBase64 } from './base64.ts';
import {
  type Bytes,
  checkedBytes,
  checkedCiphertext,
  checkedPlaintext,
  decoded,
  maxCiphertextBytes,
  maxPlaintextBytes,
  notFromApi,
} from './bytes.ts';
import { checkedContext } from './context.ts';
import type { Mode, Reencrypted } from './crypto.ts';
import type { EncryptionContext } from './data-key-source.ts';
import type { Requester } from './data-keys.ts';
import { itemProblem } from './http/answers.ts';
import type { ItemError } from './http/api-types.ts';
import type { CallOptions } from './http/call.ts';
import { ProblemError } from './http/problem-error.ts';
import { inParts, type Settled } from './parts.ts';

export interface EncryptItem {
  readonly plaintext: Uint8Array;
  readonly context?: EncryptionContext | undefined;
}

export interface DecryptItem {
  readonly ciphertext: Uint8Array;
  readonly context?: EncryptionContext | undefined;
}

export interface ReencryptItem extends DecryptItem {
  readonly newContext?: EncryptionContext | undefined;
}

export interface DecryptBatchOptions extends CallOptions {
  /** of all items; `envelope` unless it is said */
  readonly mode?: Mode | undefined;
}

/** What differs between the three. */
interface Kind<Item, Result> {
  readonly operation: 'encryptBatch' | 'decryptBatch' | 'reencryptBatch';
  readonly member: 'plaintext' | 'ciphertext';
  readonly maxBytes: number;
  /** that items with a context of their own need */
  readonly callsPerContext: number;
  bytesOf(item: Item): Uint8Array;
  contextsOf(item: Item): {
    readonly encryptionContext: EncryptionContext | undefined;
    readonly newEncryptionContext?: EncryptionContext | undefined;
  };
  resultOf(result: Readonly<Record<string, unknown>>, item: Item): Result;
}

const encryption: Kind<EncryptItem, Bytes> = {
  operation: 'encryptBatch',
  member: 'plaintext',
  maxBytes: maxPlaintextBytes,
  callsPerContext: 1,
  bytesOf: ({ plaintext }) => plaintext,
  contextsOf: ({ context }) => ({ encryptionContext: checkedContext(context) }),
  resultOf: ({ ciphertext }, { plaintext }) =>
    checkedCiphertext(decoded(ciphertext), plaintext.length),
};

const decryption: Kind<DecryptItem, Bytes> = {
  operation: 'decryptBatch',
  member: 'ciphertext',
  maxBytes: maxCiphertextBytes,
  callsPerContext: 1,
  bytesOf: ({ ciphertext }) => ciphertext,
  contextsOf: ({ context }) => ({ encryptionContext: checkedContext(context) }),
  resultOf: ({ plaintext }, { ciphertext }) =>
    checkedPlaintext(decoded(plaintext), ciphertext.length),
};

const reencryption: Kind<ReencryptItem, Reencrypted> = {
  operation: 'reencryptBatch',
  member: 'ciphertext',
  maxBytes: maxCiphertextBytes,
  // One unwraps a data key, another makes a new one.
  callsPerContext: 2,
  bytesOf: ({ ciphertext }) => ciphertext,
  contextsOf: ({ context, newContext }) => ({
    encryptionContext: checkedContext(context),
    newEncryptionContext: checkedContext(newContext),
  }),
  resultOf: (result) => ({
    ...(result as Omit<Reencrypted, 'ciphertext'>),
    ciphertext: decoded(result.ciphertext),
  }),
};

type Of<Item, Result> = (
  requester: Requester,
  items: Iterable<Item>,
  options: DecryptBatchOptions,
) => Promise<Settled<Result>[]>;

export const encryptBatch: Of<EncryptItem, Bytes> = (...given) => settled(encryption, ...given);
export const decryptBatch: Of<DecryptItem, Bytes> = (...given) => settled(decryption, ...given);
export const reencryptBatch: Of<ReencryptItem, Reencrypted> = (...given) =>
  settled(reencryption, ...given);

/** Different encryption contexts need calls of the key store each, and so do all ciphertexts of direct mode: 100 a request. */
const maxKmsCalls = 100;
/** Of an item, beside its bytes and contexts: a message's header in base64, and JSON. */
const itemOverheadBytes = 1000;

function settled<Item, Result>(
  kind: Kind<Item, Result>,
  requester: Requester,
  items: Iterable<Item>,
  { signal, mode, ...call }: DecryptBatchOptions,
): Promise<Settled<Result>[]> {
  return inParts(
    {
      items: [...items],
      maxItems: mode === 'direct' ? maxKmsCalls : 1000,
      maxGroups: maxKmsCalls / kind.callsPerContext,
      groupOf: (item) => JSON.stringify(kind.contextsOf(item)),
      sizeOf: (item) => {
        const { length } = checkedBytes(kind.bytesOf(item), Number.POSITIVE_INFINITY);
        if (length > kind.maxBytes) return 0;
        // Frames add a hundredth to a message; Lambda counts a quote of the context twice.
        const contextBytes = 2 * JSON.stringify(kind.contextsOf(item)).length;
        return itemOverheadBytes + Math.ceil(length * 1.35) + contextBytes;
      },
      send: (part, stop) => send(kind, requester, part, { ...call, mode, signal: stop }),
    },
    signal,
  );
}

async function send<Item, Result>(
  kind: Kind<Item, Result>,
  { transport, tenantId }: Requester,
  items: readonly Item[],
  { mode, ...call }: DecryptBatchOptions,
): Promise<Settled<Result>[]> {
  const bodies = items.map((item) => bodyOf(kind, item));
  const sendable = bodies.filter((body) => !(body instanceof ProblemError));
  const body = { items: sendable, mode };
  const shape = { items: 'array' } as const;
  const answer =
    sendable.length === 0
      ? undefined
      : await transport.answer(kind.operation, { ...call, tenantId, body }, shape);
  const answered = answer?.body.items ?? [];
  if (answered.length !== sendable.length) throw notFromApi('has not a result for each item');
  const rest = answered.values();
  return items.map((item, index) => {
    const refused = bodies[index];
    if (refused instanceof ProblemError) return { status: 'rejected', reason: refused };
    return resultOf(kind, rest.next().value, item, answer?.requestId);
  });
}

/** @returns an item's own error where it is too large to be sent */
function bodyOf<Item>(kind: Kind<Item, unknown>, item: Item): object {
  try {
    const bytes = toBase64(checkedBytes(kind.bytesOf(item), kind.maxBytes));
    return { [kind.member]: bytes, ...kind.contextsOf(item) };
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

function resultOf<Item, Result>(
  kind: Kind<Item, Result>,
  answered: unknown,
  item: Item,
  requestId: string | undefined,
): Settled<Result> {
  const result: Partial<ItemError> & Readonly<Record<string, unknown>> = Object(answered);
  const { error } = result;
  if (error === undefined) return { status: 'fulfilled', value: kind.resultOf(result, item) };
  const reason = itemProblem(error, requestId);
  if (reason === undefined) throw notFromApi('has no result');
  return { status: 'rejected', reason };
}
