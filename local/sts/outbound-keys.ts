/**
 * The keys that sign the account's web identity tokens. Invariant: a key pair is made when it is first needed, once,
 * and never changes after; in a folder it is on the disk before anything is signed by it.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import { z } from 'zod';
import { replaceFile } from '../atomic-file.ts';

export const signingAlgorithms = ['RS256', 'ES384'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export interface OutboundKey {
  readonly privateKey: KeyObject;
  /** with `kid`, `alg` and `use` */
  readonly publicJwk: JWK;
}

export type OutboundKeys = Readonly<Record<SigningAlgorithm, OutboundKey>>;

const stored = z.strictObject({
  version: z.literal(1),
  /** PKCS 8, PEM */
  privateKeys: z.strictObject({ RS256: z.string(), ES384: z.string() }),
});

/** @param file keeps them; absent: kept in memory */
export function openOutboundKeys(file?: string): () => Promise<OutboundKeys> {
  let keys: Promise<OutboundKeys> | undefined;
  return () => {
    keys ??= file !== undefined && existsSync(file) ? keptKeys(file) : newKeys(file);
    return keys;
  };
}

async function newKeys(file: string | undefined): Promise<OutboundKeys> {
  const rsa = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const ec = await promisify(generateKeyPair)('ec', { namedCurve: 'P-384' });
  if (file !== undefined) {
    const privateKeys = { RS256: pem(rsa.privateKey), ES384: pem(ec.privateKey) };
    replaceFile(file, `${JSON.stringify({ version: 1, privateKeys })}\n`);
  }
  return keysOf(rsa.privateKey, ec.privateKey);
}

/** @throws Error, with what to do, where the file is not of such keys */
async function keptKeys(file: string): Promise<OutboundKeys> {
  try {
    const { RS256, ES384 } = stored.parse(JSON.parse(readFileSync(file, 'utf8'))).privateKeys;
    return await keysOf(createPrivateKey(RS256), createPrivateKey(ES384));
  } catch {
    throw new Error(
      `${file} has no signing keys that this version can read. Remove it to have new ones: ` +
        'tokens that were signed before no longer count then.',
    );
  }
}

const keysOf = async (rsa: KeyObject, ec: KeyObject): Promise<OutboundKeys> => ({
  RS256: await keyOf(rsa, 'RS256'),
  ES384: await keyOf(ec, 'ES384'),
});

async function keyOf(privateKey: KeyObject, alg: SigningAlgorithm): Promise<OutboundKey> {
  const jwk = await exportJWK(createPublicKey(privateKey));
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, publicJwk: { ...jwk, kid, alg, use: 'sig' } };
}

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' });
