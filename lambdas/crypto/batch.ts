/**
 * Many items in one request. Invariant: the answer has an entry for each item, in order, with its result or with its
 * error; a failure that is not the item's fails the whole request.
 */
import { tooLarge } from '../../contract/problem.ts';
import type { ItemError } from '../../contract/problem-body.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { asProblem } from '../http/error-handler.ts';

/** Enough to keep KMS busy, few enough for the function's connections. */
const itemConcurrency = 32;

/**
 * @returns what `work` makes of each item, or the Problem 400 or 413 with which it refused that item
 * @throws the first failure that is not an item's own
 */
export async function eachItem<I, R>(
  items: readonly I[],
  work: (item: I) => Promise<R>,
): Promise<(R | ItemError)[]> {
  const results = new Array<R | ItemError>(items.length);
  await forEachConcurrently(items, itemConcurrency, async (item, index) => {
    results[index] = await work(item).catch(itemError);
  });
  return results;
}

/**
 * @returns for each item what `plan` makes of it, or the Problem 400 or 413 with which it refused that item
 * @throws the first failure that is not an item's own
 */
export const eachPlanned = <I, P>(items: readonly I[], plan: (item: I) => P): (P | ItemError)[] =>
  items.map((item) => {
    try {
      return plan(item);
    } catch (error) {
      return itemError(error);
    }
  });

export const isPlanned = <P extends object>(planned: P | ItemError): planned is P =>
  !('error' in planned);

/** An item's own errors; all others would meet every item, such as a disabled key. */
const itemStatuses = [400, 413];

function itemError(error: unknown): ItemError {
  const { status, code, title, message: detail } = asProblem(error);
  if (!itemStatuses.includes(status)) throw error;
  return { error: { status, code, title, detail } };
}

/** Lambda returns 6 MB at most; some of it is for what is around the items. */
const maxAnswerBytes = 5_900_000;
/** A message's header, wrapped data key and tags, and its member in JSON. */
const messageOverheadBytes = 1024;
/** Of an item that was encrypted again: the names of its members, and two ids of key material. */
const reencryptedOverheadBytes = 256;

type Members = Readonly<Record<string, unknown>>;

/**
 * @param items not yet validated
 * @param bytesOf how many an item's result has at most
 * @throws Problem 413 where the results would not go into one answer
 */
export function checkAnswerSize(
  items: readonly unknown[],
  bytesOf: (item: Members) => number,
): void {
  const bytes = items.reduce((sum: number, item) => sum + bytesOf(Object(item)), 0);
  if (bytes > maxAnswerBytes) {
    throw tooLarge(
      `The answer to the batch would be larger than ${maxAnswerBytes} bytes. Send it in parts.`,
    );
  }
}

/** In base64, as the plaintext is; the context stands in the message as it is. */
export const messageBytes = ({ plaintext, encryptionContext }: Members): number =>
  String(plaintext).length + inBase64(contextBytes(encryptionContext) + messageOverheadBytes);

/** The old message has all that the new one has, but for a new context. */
export const reencryptedBytes = ({ ciphertext, newEncryptionContext }: Members): number =>
  String(ciphertext).length +
  inBase64(contextBytes(newEncryptionContext)) +
  reencryptedOverheadBytes;

const contextBytes = (context: unknown = {}) => Buffer.byteLength(JSON.stringify(context));
const inBase64 = (bytes: number) => (4 * bytes) / 3;
