/** A status can be forgotten nowhere: the type checker is run on copies of the sources that have one more. */

import { execFile } from 'node:child_process';
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tenantStatus } from '../../../../contract/tenant-status.ts';
import { statusRules } from '../../../../lambdas/tenants/registry/status.ts';

const root = join(import.meta.dirname, '../../../..');
const rulesFile = 'lambdas/tenants/registry/status.ts';
const run = promisify(execFile);

let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'status-'));
  for (const folder of ['contract', 'lambdas', 'tsconfig.json', 'package.json']) {
    await cp(join(root, folder), join(copy, folder), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true }));

/** @returns the type errors of the copy, while its files are changed so */
async function typeErrors(changes: Record<string, (source: string) => string>): Promise<string[]> {
  const before = new Map<string, string>();
  for (const [file, change] of Object.entries(changes)) {
    const source = await readFile(join(copy, file), 'utf8');
    const changed = change(source);
    expect(changed).not.toBe(source);
    before.set(file, source);
    await writeFile(join(copy, file), changed);
  }
  const tsc = join(root, 'node_modules/.bin/tsc');
  const output = await run(tsc, ['--pretty', 'false', '--noErrorTruncation'], { cwd: copy }).then(
    () => '',
    (error) => String(error.stdout),
  );
  for (const [file, source] of before) await writeFile(join(copy, file), source);
  return output.split('\n').filter((line) => line.includes('error TS'));
}

const addedTo = (enumeration: string) => enumeration.replace("'ERASED']", "'ERASED', 'ARCHIVED']");
const filesOf = (errors: string[]) => [...new Set(errors.map((line) => line.split('(')[0]))];

describe('a new status', () => {
  test('does not compile until the table decides about it', async () => {
    expect(await typeErrors({})).toEqual([]);
    expect(filesOf(await typeErrors({ 'contract/tenant-status.ts': addedTo }))).toEqual([
      rulesFile,
    ]);
  });

  test('has to decide everything that depends on a status', async () => {
    const rules = Object.keys(statusRules.ACTIVE);
    const forgotten = rules.map(
      (rule) => `export const without_${rule}: StatusRules = {} as Omit<StatusRules, '${rule}'>;`,
    );
    const errors = await typeErrors({ [rulesFile]: (source) => source + forgotten.join('\n') });
    expect(errors).toEqual(
      rules.map((rule) => expect.stringContaining(`Property '${rule}' is missing`)),
    );
  });

  test('is not allowed by a function that says nothing about it', async () => {
    const silent = `
      import type { TenantStatus as Status } from '../../../contract/tenant-status.ts';
      export function refusalOf(status: Status): Error | undefined {
        if (status === 'SUSPENDED') return new Error(status);
      }`;
    const errors = await typeErrors({ [rulesFile]: (source) => source + silent });
    expect(errors).toEqual([
      expect.stringContaining('error TS7030: Not all code paths return a value'),
    ]);
  });
});

test('outside of the table a status is written, and compared nowhere', async () => {
  const statuses = tenantStatus.options.join('|');
  const compared: string[] = [];
  for await (const file of glob('{lambdas,lib}/**/*.ts', { cwd: root })) {
    if (file === rulesFile) continue;
    const source = await readFile(join(root, file), 'utf8');
    for (const { index, 0: word } of source.matchAll(new RegExp(`(['"\`])(${statuses})\\1`, 'g'))) {
      const isWritten = /\b(status|done): (z\.optional\(z\.literal\()?$/.test(
        source.slice(0, index),
      );
      if (!isWritten) compared.push(`${file}: ${word}`);
    }
  }
  expect(compared).toEqual([]);
});
