import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openKeyStore } from '../../../local/kms/store.ts';
import { base64, testKms } from './harness.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-store-'));
  file = join(folder, 'keys.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function filled() {
  const kms = testKms(openKeyStore(file));
  const KeyId = await kms.key({ Tags: [{ TagKey: 'a', TagValue: 'b' }], Description: 'ä "q"' });
  const { CiphertextBlob } = await kms.run('Encrypt', { KeyId, Plaintext: base64('x') });
  await kms.run('RotateKeyOnDemand', { KeyId });
  await kms.run('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
  await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
  return { kms, KeyId, CiphertextBlob };
}

describe('a key store with a file', () => {
  test('is the same after a restart', async () => {
    const { kms, CiphertextBlob } = await filled();
    const store = openKeyStore(file);
    expect([...store.keys]).toEqual([...kms.account.store.keys]);
    expect([...store.aliases]).toEqual([...kms.account.store.aliases]);
    expect([...store.uses]).toEqual([...kms.account.store.uses]);
    expect((await testKms(store).run('Decrypt', { CiphertextBlob })).Plaintext).toBe(base64('x'));
  });

  test('keeps a key in every state', async () => {
    const { kms, KeyId } = await filled();
    await kms.run('ScheduleKeyDeletion', { KeyId });
    expect(openKeyStore(file).keys.get(KeyId)).toEqual(kms.account.store.keys.get(KeyId));
    await kms.run('CancelKeyDeletion', { KeyId });
    expect(openKeyStore(file).keys.get(KeyId)).toMatchObject({ enabled: false });
  });

  test('is readable by its owner only, and leaves nothing beside the file', async () => {
    writeFileSync(`${file}.tmp`, 'what a crash left', { mode: 0o666 });
    await filled();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  test('holds no key after its deletion date', async () => {
    const { kms, KeyId } = await filled();
    await kms.run('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    kms.pass(7 * 86_400_000);
    await kms.run('ListKeys');
    expect(readFileSync(file, 'utf8')).toBe(
      `{"version":1,"keys":[],"aliases":[],"uses":[],"deletedIds":["${KeyId}"]}\n`,
    );
    expect([...openKeyStore(file).deletedIds]).toEqual([KeyId]);
  });

  test('reads what was written before ids of deleted keys were kept', async () => {
    const { kms } = await filled();
    const { deletedIds: _, ...before } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(before));
    expect([...openKeyStore(file).keys]).toEqual([...kms.account.store.keys]);
  });

  test('keeps a signing key, whose signatures it still verifies', async () => {
    const { kms } = await filled();
    const KeyId = await kms.key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const input = { KeyId, Message: base64('x'), SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = await kms.run('Sign', input);
    const again = testKms(openKeyStore(file));
    expect((await again.run('Verify', { ...input, Signature })).SignatureValid).toBe(true);
  });

  test('keeps the first use of a key at once, a later one with the next change', async () => {
    const kms = testKms(openKeyStore(file));
    const input = { KeyId: await kms.key(), Plaintext: base64('x') };
    const kept = () => [...openKeyStore(file).uses.values()].map(({ at }) => at);
    expect(kept()).toEqual([]);
    await kms.run('Encrypt', input);
    const [first] = kept();
    expect(first).toBeDefined();
    kms.pass(5000);
    await kms.run('Encrypt', input);
    expect(kept()).toEqual([first]);
    await kms.key();
    expect(kept()).toEqual([Number(first) + 5000]);
  });

  test('that cannot be written changes nothing', async () => {
    const { kms, KeyId } = await filled();
    const before = { ...kms.account.store };
    rmSync(folder, { recursive: true });
    await expect(kms.run('DisableKey', { KeyId })).rejects.toThrow('ENOENT');
    await expect(kms.key()).rejects.toThrow('ENOENT');
    expect(kms.account.store.keys).toBe(before.keys);
  });

  test('a change that throws halfway changes nothing', async () => {
    const { kms } = await filled();
    const text = readFileSync(file, 'utf8');
    const change = () =>
      kms.account.store.change((draft) => {
        draft.keys.clear();
        throw new Error('halfway');
      });
    expect(change).toThrow('halfway');
    expect(kms.account.store.keys.size).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('a file that is not a whole key store stops the start', () => {
  type State = { keys: object[]; aliases: object[] };
  const edits: [string, (text: string) => string][] = [
    ['empty', () => ''],
    ['cut', (text) => text.slice(0, -20)],
    ['with a key that lost a quote', (text) => text.replace('"bytes":"', '"bytes":')],
    ['not an object', () => '5'],
    ['of a later version', (text) => text.replace('"version":1', '"version":2')],
    ['with an unknown member', (text) => text.replace('"version":1', '"version":1,"more":1')],
    ['with a short key', (text) => text.replace(/"bytes":"..../, '"bytes":"')],
    ['with a key twice', (text) => edited(text, (state) => state.keys.push({ ...state.keys[0] }))],
    [
      'with an alias twice',
      (text) => edited(text, (state) => state.aliases.push({ ...state.aliases[0] })),
    ],
    ['with an alias of no key', (text) => edited(text, (state) => state.keys.pop())],
    [
      'with a signing key that rotates',
      (text) =>
        edited(text, (state) => Object.assign(state.keys[0] ?? {}, { keySpec: 'ECC_NIST_P256' })),
    ],
    [
      'with a key without material',
      (text) => edited(text, (state) => Object.assign(state.keys[0] ?? {}, { materials: [] })),
    ],
  ];

  function edited(text: string, edit: (state: State) => unknown): string {
    const state = JSON.parse(text);
    edit(state);
    return JSON.stringify(state);
  }

  test.each(edits)('%s', async (_, edit) => {
    await filled();
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, edit(text));
    const material = /"bytes":"([^"]+)"/.exec(text)?.[1] ?? '';
    let message = '';
    try {
      openKeyStore(file);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(
      /^.*keys\.json is not a key store that this version can read: .+\. Restore it/,
    );
    expect(message).not.toContain(material.slice(1, 8));
  });
});
