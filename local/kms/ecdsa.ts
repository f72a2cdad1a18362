/**
 * ECDSA on P-256 over a digest (FIPS 186-5, 6.4): Node signs messages only, KMS signs digests too.
 * Invariant: each signature has its own random nonce from OpenSSL's generator; a nonce that is used twice would reveal
 * the private key. OpenSSL does the arithmetic on the curve; only that modulo the group's order is ours. It is not
 * constant-time, which is enough for the keys of one machine.
 */
import { createECDH, createPrivateKey, createPublicKey, type ECDH, randomBytes } from 'node:crypto';

const curve = 'prime256v1';
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const sizeBytes = 32;

/** @returns the private number, in 32 bytes */
export function newPrivateKey(): Buffer {
  const ecdh = createECDH(curve);
  ecdh.generateKeys();
  return padded(ecdh.getPrivateKey());
}

/** @returns the public key as SubjectPublicKeyInfo, DER */
export function publicKeyOf(privateKey: Buffer): Buffer {
  const point = multiplied(integer(privateKey));
  const [x, y] = [point.subarray(1, 1 + sizeBytes), point.subarray(1 + sizeBytes)];
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: privateKey.toString('base64url'),
      x: x.toString('base64url'),
      y: y.toString('base64url'),
    },
  });
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

/** @param digest of 32 bytes; @returns the signature in DER (RFC 3279, 2.2.3) */
export function signDigest(privateKey: Buffer, digest: Buffer): Buffer {
  for (;;) {
    const nonce = randomScalar();
    const r = xOf(multiplied(nonce)) % order;
    const s = modulo(inverse(nonce) * (integer(digest) + r * integer(privateKey)));
    if (r !== 0n && s !== 0n) return encode(r, s);
  }
}

/**
 * With the private key, u1 G + u2 Q is (u1 + u2 d) G: one multiplication, and no points to add.
 * @param digest of 32 bytes; @returns whether the private key signed the digest
 */
export function isSignatureOf(privateKey: Buffer, digest: Buffer, signature: Buffer): boolean {
  const numbers = decode(signature);
  if (numbers === undefined) return false;
  const { r, s } = numbers;
  if (r <= 0n || r >= order || s <= 0n || s >= order) return false;
  const scalar = modulo(inverse(s) * (integer(digest) + r * integer(privateKey)));
  return scalar !== 0n && xOf(multiplied(scalar)) % order === r;
}

/** Uniform: a number that is not below the order is thrown away, which happens once in 2^32 times. */
function randomScalar(): bigint {
  for (;;) {
    const candidate = integer(randomBytes(sizeBytes));
    if (candidate > 0n && candidate < order) return candidate;
  }
}

/** @returns the point scalar times G, uncompressed: 4, x, y */
function multiplied(scalar: bigint): Buffer {
  const ecdh: ECDH = createECDH(curve);
  ecdh.setPrivateKey(bytes(scalar));
  return ecdh.getPublicKey();
}

const xOf = (point: Buffer): bigint => integer(point.subarray(1, 1 + sizeBytes));

const modulo = (value: bigint): bigint => ((value % order) + order) % order;

/** By Fermat: the order is prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let power = modulo(value);
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * power) % order;
    power = (power * power) % order;
  }
  return result;
}

const integer = (value: Buffer): bigint => BigInt(`0x${value.toString('hex') || '0'}`);

const bytes = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * sizeBytes, '0'), 'hex');

const padded = (value: Buffer): Buffer => bytes(integer(value));

function encode(r: bigint, s: bigint): Buffer {
  const numbers = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const minimal = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const signed = (minimal[0] as number) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, minimal.length + signed.length, ...signed, ...minimal]);
}

/** DER has one encoding for a pair of numbers; any other is refused. */
function decode(signature: Buffer): { r: bigint; s: bigint } | undefined {
  const lengthOfR = signature[3] ?? 0;
  const r = integer(signature.subarray(4, 4 + lengthOfR));
  const s = integer(signature.subarray(6 + lengthOfR));
  return encode(r, s).equals(signature) ? { r, s } : undefined;
}
