/**
 * The transit engine's wrapping of data keys, and the proof that it binds associated data. Invariant: nothing is wrapped or
 * unwrapped in a session before it has shown that what it wraps opens under the same associated data and under no other.
 * HashiCorp's `datakey` ignores associated data, OpenBao's binds it since 2.5; `encrypt` and `decrypt` bind it in both.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { CiphertextRefused } from '../keyring.ts';
import { versionOf } from './vault-ciphertext.ts';
import type { VaultAnswer } from './vault-client.ts';
import {
  VaultAccessDenied,
  VaultBindsNoContext,
  VaultKeyNotFound,
  VaultKeyVersionDisallowed,
  VaultUnavailable,
} from './vault-errors.ts';
import type { VaultSession } from './vault-session.ts';

export interface TransitKey {
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
type NewDataKey<T> = (session: VaultSession, key: TransitKey, associatedData: string) => Promise<T>;

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

/**
 * Wraps a data key that there is already.
 * @throws as `unwrap` does, but for CiphertextRefused
 */
export async function wrapGiven(
  session: VaultSession,
  key: TransitKey,
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
  key: TransitKey,
  ciphertext: string,
  associatedData: string,
): Promise<Unwrapped> {
  const body = { ciphertext, associated_data: associatedData };
  const answer = await send(session, key, 'decrypt', body);
  if (answer.status === 400) throw new CiphertextRefused();
  requireDone(answer);
  return { plaintext: plaintextOf(answer), requestId: requestIdOf(answer) };
}

const proofs = new WeakMap<VaultSession, Promise<Wrapping>>();

/**
 * @returns by what the session wraps, proved once
 * @throws VaultBindsNoContext where neither way binds; the next call tries again
 */
export function provenWrapping(session: VaultSession, key: TransitKey): Promise<Wrapping> {
  const known = proofs.get(session);
  if (known !== undefined) return known;
  const proof = prove(session, key).catch((error: unknown) => {
    proofs.delete(session);
    throw error;
  });
  proofs.set(session, proof);
  return proof;
}

async function prove(session: VaultSession, key: TransitKey): Promise<Wrapping> {
  const trial: VaultSession = { send: (request) => session.send({ ...request, isTrial: true }) };
  for (const wrapping of [byDataKey, byEncrypt])
    if (await binds(trial, key, wrapping)) return wrapping;
  throw new VaultBindsNoContext();
}

/** No encryption context of ours has these bytes: each begins with the number of its pairs. */
const [one = '', other = ''] = ['a context', 'another'].map((text) =>
  Buffer.from(`tenant-keys: ${text}`).toString('base64'),
);

async function binds(session: VaultSession, key: TransitKey, wrapping: Wrapping): Promise<boolean> {
  const { ciphertext } = await wrapping.newWrappedDataKey(session, key, one);
  const [own, others] = await Promise.all([
    opens(session, key, ciphertext, one),
    opens(session, key, ciphertext, other),
  ]);
  return own && !others;
}

async function opens(
  session: VaultSession,
  key: TransitKey,
  ciphertext: string,
  associatedData: string,
): Promise<boolean> {
  try {
    const { plaintext } = await unwrap(session, key, ciphertext, associatedData);
    plaintext.fill(0);
    return true;
  } catch (error) {
    if (error instanceof CiphertextRefused) return false;
    throw error;
  }
}

async function post(
  session: VaultSession,
  key: TransitKey,
  operation: string,
  body: object,
): Promise<VaultAnswer> {
  const answer = await send(session, key, operation, body);
  requireDone(answer);
  return answer;
}

async function send(
  session: VaultSession,
  { transitMount, name }: TransitKey,
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
