/** Certificates are verified without an API. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { eachInItsFolder } from './harness.ts';

const { at, tk } = eachInItsFolder();

describe('certificate verify', () => {
  const certificate = {
    type: 'tenant-keys/erasure-certificate/v2',
    tenantId: 'acme',
    erasedAt: '2026-11-26T00:00:00.000Z',
    notCovered: [{ what: 'backups', until: '2027-01-01' }],
  };
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const mlDsa = generateKeyPairSync('ml-dsa-65' as never) as unknown as typeof ec;
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' });

  /** Signed as docs/api.md has it. */
  function write(signed: object = certificate) {
    const canonical =
      '{"erasedAt":"2026-11-26T00:00:00.000Z","notCovered":[{"until":"2027-01-01","what":"backups"}],' +
      '"tenantId":"acme","type":"tenant-keys/erasure-certificate/v2"}';
    const hash = createHash('sha512').update(canonical).digest('hex');
    const statement = Buffer.from(`${certificate.type}\n${hash}\n`);
    const signatures = [
      { keyArn: 'one', signature: sign('sha256', statement, ec.privateKey).toString('base64') },
      { keyArn: 'two', signature: sign(null, statement, mlDsa.privateKey).toString('base64') },
    ];
    const keys = [
      { keyArn: 'one', signingAlgorithm: 'ECDSA_SHA_256', publicKey: pem(ec.publicKey) },
      { keyArn: 'two', signingAlgorithm: 'ML_DSA_SHAKE_256', publicKey: pem(mlDsa.publicKey) },
    ];
    const put = (name: string, content: object) => writeFileSync(at(name), JSON.stringify(content));
    put('certificate', { certificate: signed, signatures });
    put('keys', { keys });
    return { put, signatures, keys };
  }
  const verify = () => tk('certificate verify certificate --keys keys');

  test('verifies both signatures, whatever the order of the members', async () => {
    write(Object.fromEntries(Object.entries(certificate).reverse()));
    expect(await verify()).toMatchObject({
      code: 0,
      stdout:
        'ECDSA_SHA_256: verified\nML_DSA_SHAKE_256: verified\n' +
        'The key of acme was destroyed by 2026-11-26T00:00:00.000Z.\n',
    });
    const { stdout } = await tk('certificate verify certificate --keys keys --json');
    expect(JSON.parse(stdout)).toMatchObject({ isVerified: true, tenantId: 'acme' });
  });

  test('finds a certificate that was changed', async () => {
    write({ ...certificate, tenantId: 'globex' });
    const ended = await verify();
    expect(ended.code).toBe(4);
    expect(ended.stdout.match(/the signature is wrong/g)).toHaveLength(2);
    // What nobody has signed names nobody.
    expect(ended.stdout + ended.stderr).not.toContain('globex');
    const { stdout } = await tk('certificate verify certificate --keys keys --json');
    expect(JSON.parse(stdout)).toMatchObject({ isVerified: false });
    expect(stdout).not.toContain('globex');
  });

  test.each([0, 1])('finds that signature %d is missing or of another key', async (index) => {
    const { put, signatures, keys } = write();
    put('certificate', { certificate, signatures: signatures.filter((_, at) => at !== index) });
    expect(await verify()).toMatchObject({ code: 4 });
    write();
    const swapped = keys.map((key, at) =>
      at === index ? { ...key, publicKey: keys[1 - at]?.publicKey } : key,
    );
    put('keys', { keys: swapped });
    expect(await verify()).toMatchObject({ code: 4 });
  });

  test('takes no certificate without keys, and no other file', async () => {
    const { put } = write();
    put('keys', { keys: [] });
    expect((await verify()).code).toBe(2);
    put('certificate', { certificate: { type: 'other' } });
    expect((await verify()).code).toBe(2);
    writeFileSync(at('certificate'), 'no JSON');
    expect((await verify()).code).toBe(2);
  });
});
