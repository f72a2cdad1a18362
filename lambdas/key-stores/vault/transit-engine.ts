/**
 * The transit engine's requests that wrap and unwrap data keys. Invariant: each has associated data, which nobody relies on
 * before `proven-wrapping.ts` has shown that the engine binds it; and of an answer nothing counts that has another form.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { CiphertextRefused } from '../keyring.ts';
import { versionOf } from './vault-ciphertext.ts';
import type { VaultAnswer } from './vault-client.ts';
import {
  VaultAccessDenied,
  VaultKeyNotFound,
  VaultKeyVersionDisallowed,
  VaultUnavailable,
} from './vault-errors.ts';
import type { VaultSession } from './vault-session.ts';

export interface KeyReference {
  readonly transitMount: string;
  readonly name: string;
}

export interface Wrapped {
  readonly ciphertext: string;
  /** `v1` */
  readonly version: string;
  readonly requestId: string;
}

export interface Unwrapped {
  /** in a buffer that nobody else has */
  readonly plaintext: Uint8Array;
  readonly requestId: string;
}

/** @param associatedData base64 */
type NewDataKey<T> = (
  session: VaultSession,
  key: KeyReference,
  associatedData: string,
) => Promise<T>;

export interface Wrapping {
  readonly newDataKey: NewDataKey<Wrapped & { readonly plaintext: Uint8Array }>;
  /** The plaintext leaves the engine only where it cannot be helped. */
  readonly newWrappedDataKey: NewDataKey<Wrapped>;
}

const dataKeyBytes = 32;

const byDataKey: Wrapping = {
  async newDataKey(session, key, associatedData) {
    const answer = await post(session, key, 'datakey/plaintext', {
      associated_data: associatedData,
    });
    return { ...wrappedBy(answer), plaintext: plaintextOf(answer) };
  },
  newWrappedDataKey: async (session, key, associatedData) =>
    wrappedBy(await post(session, key, 'datakey/wrapped', { associated_data: associatedData })),
};

const byEncrypt: Wrapping = {
  async newDataKey(session, key, associatedData) {
    const plaintext = new Uint8Array(randomBytes(dataKeyBytes));
    return { ...(await wrapGiven(session, key, plaintext, associatedData)), plaintext };
  },
  async newWrappedDataKey(session, key, associatedData) {
    const { plaintext, ...wrapped } = await byEncrypt.newDataKey(session, key, associatedData);
    plaintext.fill(0);
    return wrapped;
  },
};

/** `datakey` first, in which the plaintext need not leave the engine. */
export const wrappings = [byDataKey, byEncrypt] as const;

/**
 * Wraps a data key that there is already.
 * @throws as `unwrap` does, but for CiphertextRefused
 */
export async function wrapGiven(
  session: VaultSession,
  key: KeyReference,
  plaintext: Uint8Array,
  associatedData: string,
): Promise<Wrapped> {
  const answer = await post(session, key, 'encrypt', {
    plaintext: Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length).toString(
      'base64',
    ),
    associated_data: associatedData,
  });
  return wrappedBy(answer);
}

/** @throws CiphertextRefused; what says nothing of the ciphertext: the errors of `vault-errors.ts`, OutOfTime */
export async function unwrap(
  session: VaultSession,
  key: KeyReference,
  ciphertext: string,
  associatedData: string,
): Promise<Unwrapped> {
  const body = { ciphertext, associated_data: associatedData };
  const answer = await send(session, key, 'decrypt', body);
  if (answer.status === 400) throw new CiphertextRefused();
  requireDone(answer);
  return { plaintext: plaintextOf(answer), requestId: requestIdOf(answer) };
}

async function post(
  session: VaultSession,
  key: KeyReference,
  operation: string,
  body: object,
): Promise<VaultAnswer> {
  const answer = await send(session, key, operation, body);
  requireDone(answer);
  return answer;
}

async function send(
  session: VaultSession,
  { transitMount, name }: KeyReference,
  operation: string,
  body: object,
): Promise<VaultAnswer> {
  const path = `${transitMount}/${operation}/${name}`;
  const answer = await session.send({ method: 'POST', path, body });
  const { status, errors } = answer;
  if (status === 403) throw new VaultAccessDenied();
  // By its words alone, which both products share, one 400 differs from another.
  if (errors.includes('encryption key not found')) throw new VaultKeyNotFound();
  if (errors.some((words) => words.endsWith('(too old)'))) throw new VaultKeyVersionDisallowed();
  return answer;
}

/** Such as a 404, where the mount is gone. */
function requireDone({ status }: VaultAnswer): void {
  if (status !== 200) throw new VaultUnavailable('failed');
}

const dataKey = z.object({ plaintext: z.string() });
const wrappedKey = z.object({ ciphertext: z.string() });

function plaintextOf({ data }: VaultAnswer): Uint8Array {
  const parsed = z.safeParse(dataKey, data);
  if (!parsed.success) throw new VaultUnavailable('nonsense');
  const bytes = Buffer.from(parsed.data.plaintext, 'base64');
  const plaintext = new Uint8Array(bytes);
  bytes.fill(0);
  if (plaintext.length !== dataKeyBytes) throw new VaultUnavailable('nonsense');
  return plaintext;
}

function wrappedBy(answer: VaultAnswer): Wrapped {
  const parsed = z.safeParse(wrappedKey, answer.data);
  const version = parsed.success ? versionOf(parsed.data.ciphertext) : undefined;
  if (!parsed.success || version === undefined) throw new VaultUnavailable('nonsense');
  return { ciphertext: parsed.data.ciphertext, version, requestId: requestIdOf(answer) };
}

const requestIdOf = ({ requestId }: VaultAnswer): string => requestId ?? 'unknown';
