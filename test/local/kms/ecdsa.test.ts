import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isSignatureOf, newPrivateKey, publicKeyOf, signDigest } from '../../../local/kms/ecdsa.ts';

const digestOf = (text: string) => createHash('sha256').update(text).digest();
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const publicKey = (privateKey: Buffer) =>
  createPublicKey({ key: publicKeyOf(privateKey), format: 'der', type: 'spki' });

/** RFC 6979, A.2.5: P-256, SHA-256, the message `sample`. */
const vector = {
  privateKey: hex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'),
  point: hex(`04 60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6
              7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299`),
  r: 'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
  s: 'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
};
const signature = hex(`3046 022100${vector.r} 022100${vector.s}`);

describe('ECDSA on P-256', () => {
  test('opens the published vector, and its key pair is the published one', () => {
    expect(isSignatureOf(vector.privateKey, digestOf('sample'), signature)).toBe(true);
    expect(isSignatureOf(vector.privateKey, digestOf('test'), signature)).toBe(false);
    expect(publicKeyOf(vector.privateKey).subarray(-65)).toEqual(vector.point);
  });

  test('what it signs, OpenSSL verifies', () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const privateKey = newPrivateKey();
      const message = Buffer.from(`message ${turn}`);
      const signed = signDigest(privateKey, digestOf(message.toString()));
      expect(privateKey).toHaveLength(32);
      expect(verify('sha256', message, publicKey(privateKey), signed)).toBe(true);
    }
  });

  test('what OpenSSL signs, it verifies', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const privateKey = Buffer.from(
      String(pair.privateKey.export({ format: 'jwk' }).d),
      'base64url',
    );
    for (let turn = 0; turn < 50; turn += 1) {
      const signed = sign('sha256', Buffer.from(`message ${turn}`), pair.privateKey);
      expect(isSignatureOf(privateKey, digestOf(`message ${turn}`), signed)).toBe(true);
    }
  });

  test('signs a digest of zeros, and no nonce comes twice', () => {
    const privateKey = newPrivateKey();
    const digest = Buffer.alloc(32);
    const signatures = Array.from({ length: 20 }, () => signDigest(privateKey, digest));
    expect(signatures.every((signed) => isSignatureOf(privateKey, digest, signed))).toBe(true);
    const firstNumbers = signatures.map((signed) =>
      signed.toString('hex', 4, 4 + Number(signed[3])),
    );
    expect(new Set(firstNumbers).size).toBe(20);
  });

  test('one bit changed anywhere is no signature', () => {
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const changed = Buffer.from(signature);
      changed[bit >> 3] = Number(changed[bit >> 3]) ^ (1 << (bit & 7));
      expect(isSignatureOf(vector.privateKey, digestOf('sample'), changed)).toBe(false);
    }
  });

  const order = 'FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551';
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0x30])],
    ['a byte too many', Buffer.concat([signature, Buffer.alloc(1)])],
    ['a byte too few', signature.subarray(0, -1)],
    ['r and s without DER', hex(vector.r + vector.s)],
    ['a number with a zero too many', hex(`3047 02220000${vector.r} 022100${vector.s}`)],
    ['a negative number', hex(`3045 0220${vector.r} 022100${vector.s}`)],
    ['a length in the long form', hex(`308146 022100${vector.r} 022100${vector.s}`)],
    ['r of zero', hex(`3026 020100 022100${vector.s}`)],
    ['s of zero', hex(`3026 022100${vector.r} 020100`)],
    ['s of the order', hex(`3046 022100${vector.r} 022100${order}`)],
  ])('%s is no signature', (_, bytes) => {
    expect(isSignatureOf(vector.privateKey, digestOf('sample'), bytes)).toBe(false);
  });
});
