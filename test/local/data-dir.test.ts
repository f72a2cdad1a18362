import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDataDir } from '../../local/data-dir.ts';

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'data-dir-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const deadProcess = () => Number(spawnSync(process.execPath, ['-e', '']).pid);

describe('a data folder', () => {
  test('is made for its owner only, and holds a lock while it is open', () => {
    const opened = openDataDir(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual([`lock.${process.pid}`]);
    opened.close();
    opened.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is not opened twice by one process, and the first keeps it', () => {
    const first = openDataDir(folder);
    expect(() => openDataDir(folder)).toThrow(`${folder} is in use by process ${process.pid}`);
    expect(() => openDataDir(folder)).toThrow('is in use');
    first.close();
    openDataDir(folder).close();
  });

  test('is not taken from a process that runs', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, `lock.${other.pid}`), '');
      expect(() => openDataDir(folder)).toThrow(
        `${folder} is in use by process ${other.pid}: stop that stack, or choose another folder.`,
      );
      expect(readdirSync(folder)).toEqual([`lock.${other.pid}`]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  test.each([
    ['a process that is gone', deadProcess],
    ['an earlier process with this one’s id, as after a crash in a container', () => process.pid],
  ])('is taken over from %s', (_, pid) => {
    mkdirSync(folder);
    writeFileSync(join(folder, `lock.${pid()}`), '');
    const opened = openDataDir(folder);
    expect(readdirSync(folder)).toEqual([`lock.${process.pid}`]);
    expect(() => openDataDir(folder)).toThrow(`in use by process ${process.pid}`);
    opened.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('goes to one process at most of those that start at once', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, `lock.${deadProcess()}`), '');
    const module = join(import.meta.dirname, '../../local/data-dir.ts');
    const script = `
      const { openDataDir } = await import(${JSON.stringify(module)});
      setTimeout(() => {}, 60_000);
      try { openDataDir(${JSON.stringify(folder)}); console.log('mine'); }
      catch (error) { console.log(error.message.includes('is in use') ? 'refused' : error.message); }`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script]),
    );
    const answers = await Promise.all(
      children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
    );
    for (const child of children) child.kill('SIGKILL');
    const refused = answers.filter((answer) => answer === 'refused').length;
    expect(answers.filter((answer) => answer === 'mine').length).toBe(6 - refused);
    expect(refused).toBeGreaterThanOrEqual(5);
  }, 30_000);
});
