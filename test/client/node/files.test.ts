/** Files: whole or not there, never replaced unasked, and read by their owner alone once they are opened. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MessageError, UsageError } from '../../../client/errors.ts';
import { openStream } from '../../../client/message/open-stream.ts';
import { sealStream } from '../../../client/message/seal-stream.ts';
import { nodeStream, openFile, type Sealer, sealFile } from '../../../client/node/files.ts';
import { messageKeys, open, seal } from '../message/harness.ts';

const keys = messageKeys();
const tenant: Sealer = {
  sealStream: (options) => sealStream(keys, options),
  openStream: (options) => openStream(keys, options),
};
const plaintext = randomBytes(1_500_000);
let folder: string;
let at: (name: string) => string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  at = (name) => join(folder, name);
  await writeFile(at('plain'), plaintext);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file comes back as it was, and its owner alone may read it', async () => {
  const progress: [number, number][] = [];
  const onProgress = (read: number, total: number) => progress.push([read, total]);
  await sealFile(tenant, at('plain'), at('sealed'), { context: { document: '7' }, onProgress });
  await openFile(tenant, at('sealed'), at('opened'), { context: { document: '7' } });
  expect((await readFile(at('opened'))).equals(plaintext)).toBe(true);
  expect((await stat(at('opened'))).mode & 0o777).toBe(0o600);
  expect(progress.at(-1)).toEqual([1_500_000, 1_500_000]);
  expect(progress.length).toBeGreaterThan(2);
  expect(readdirSync(folder).sort()).toEqual(['opened', 'plain', 'sealed']);
});

test('is the same message as a stream of it, whatever its length and frames', async () => {
  const block = 512 * 1024;
  const lengths = fc.oneof(
    fc
      .integer({ min: 0, max: 3 })
      .chain((blocks) =>
        fc.integer({ min: -2, max: 2 }).map((beside) => Math.max(0, blocks * block + beside)),
      ),
    fc.integer({ min: 0, max: 2 * block }),
  );
  const frames = fc.oneof(
    fc.constantFrom(block - 1, block, block + 1, 2_000_000),
    fc.integer({ min: 4000, max: block }),
  );
  const whole = randomBytes(3 * block + 2);
  const overwrite = true;
  await fc.assert(
    fc.asyncProperty(lengths, frames, async (length, frameBytes) => {
      const content = whole.subarray(0, length);
      await writeFile(at('content'), content);
      await sealFile(tenant, at('content'), at('sealed'), { frameBytes, overwrite });
      expect((await open(keys, await readFile(at('sealed')))).equals(content)).toBe(true);
      await writeFile(at('streamed'), await seal(keys, content, { frameBytes }));
      await openFile(tenant, at('streamed'), at('opened'), { overwrite });
      expect((await readFile(at('opened'))).equals(content)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('of an empty file too', async () => {
  await writeFile(at('empty'), '');
  await sealFile(tenant, at('empty'), at('sealed'));
  await openFile(tenant, at('sealed'), at('opened'));
  expect((await stat(at('opened'))).size).toBe(0);
});

describe('nothing is left where', () => {
  test.each([
    ['the message is cut off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['something follows it', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
    [
      'its last byte was changed',
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]),
    ],
  ])('%s', async (_, change) => {
    await sealFile(tenant, at('plain'), at('sealed'));
    await writeFile(at('sealed'), change(await readFile(at('sealed'))));
    await expect(openFile(tenant, at('sealed'), at('opened'))).rejects.toThrow(MessageError);
    expect(readdirSync(folder).sort()).toEqual(['plain', 'sealed']);
  });

  test('the caller has given up', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    const { signal } = controller;
    const sealing = sealFile(tenant, at('plain'), at('sealed'), { signal, onProgress });
    await expect(sealing).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual(['plain']);
  });

  test('the file to read is not there, or its folder is not', async () => {
    await expect(sealFile(tenant, at('none'), at('sealed'))).rejects.toThrow(/ENOENT/);
    await expect(sealFile(tenant, at('plain'), at('no/sealed'))).rejects.toThrow(/ENOENT/);
    expect(readdirSync(folder)).toEqual(['plain']);
  });
});

describe('a file that is there already', () => {
  test('stays as it is, a broken link too', async () => {
    await writeFile(at('sealed'), 'precious');
    await symlink('/nowhere', at('link'));
    for (const to of ['sealed', 'link', 'plain']) {
      await expect(sealFile(tenant, at('plain'), at(to))).rejects.toThrow(UsageError);
    }
    expect(await readFile(at('sealed'), 'utf8')).toBe('precious');
  });

  test('is replaced as a whole where that is asked for, and stays where it fails', async () => {
    await sealFile(tenant, at('plain'), at('sealed'));
    await writeFile(at('opened'), 'old');
    const overwrite = true;
    await writeFile(at('broken'), (await readFile(at('sealed'))).subarray(0, -1));
    const opening = openFile(tenant, at('broken'), at('opened'), { overwrite });
    await expect(opening).rejects.toThrow(MessageError);
    expect(await readFile(at('opened'), 'utf8')).toBe('old');
    await openFile(tenant, at('sealed'), at('opened'), { overwrite });
    expect((await readFile(at('opened'))).equals(plaintext)).toBe(true);
  });
});

test('streams of Node.js take part in a pipeline, errors too', async () => {
  const sealing = nodeStream(tenant.sealStream());
  await pipeline(createReadStream(at('plain')), sealing, createWriteStream(at('sealed')));
  const opening = nodeStream(tenant.openStream());
  await pipeline(createReadStream(at('sealed')), opening, createWriteStream(at('opened')));
  expect(execFileSync('cmp', [at('plain'), at('opened')]).length).toBe(0);
  const broken = createReadStream(at('sealed'), { end: 400_000 });
  const again = pipeline(broken, nodeStream(tenant.openStream()), createWriteStream(at('again')));
  await expect(again).rejects.toThrow(MessageError);
});
