/** An interrupted run goes on where it was, and only where all that it rests on is the same. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type LiveReport, proveLive } from '../../../prove/live/live.ts';
import { openResumeFile } from '../../../prove/live/resume-file.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import { theorems } from '../../../prove/theorems/theorems.ts';
import { type Deployed, openDeployed } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-resume-'));
const resume = join(folder, 'run.jsonl');
const count = 60;
const open: string[] = [];

let deployed: Deployed;
let solver: Solver;
beforeAll(async () => {
  [deployed, solver] = await Promise.all([openDeployed(), z3()]);
  for (let at = 0; at < count; at += 1) await deployed.makeKey(`t${at}`);
  // Of no one tenant: told in whichever part of the run it is read.
  open.push(
    await deployed.makeKey('x', deployed.policyOf('x'), {
      Tags: [{ TagKey: 'ManagedBy', TagValue: 'tenant-keys' }],
    }),
  );
});
beforeEach(() => {
  deployed.calls.length = 0;
});
afterAll(async () => {
  await Promise.all([deployed.close(), solver.close()]);
  rmSync(folder, { recursive: true });
});

const run = (ids: readonly string[], onStep = (_: string) => {}): Promise<LiveReport> =>
  proveLive({
    clients: deployed.clients(deployed.sessionWith(everyRead), 1),
    stackName: 'TenantKeys',
    solver,
    theorems: theorems.filter(({ id }) => ids.includes(id)),
    resume,
    onStep,
  });
const everyRead = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const policiesRead = () =>
  deployed.calls.filter(({ operation }) => operation === 'ListGrants').length;

/** The product's, and two that sign. */
const ownKeys = 3;

/** After the first batch of keys. */
const interrupted = (ids: readonly string[]) =>
  run(ids, (step) => {
    if (/keys looked at/.test(step)) throw new Error('interrupted');
  });

test('what was done is not read again, and its findings are in the report', async () => {
  await expect(interrupted(['7.1'])).rejects.toThrow('interrupted');
  const done = readFileSync(resume, 'utf8').split('\n').length - 2;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(count + 1);
  // As if it had ended in the middle of a line.
  appendFileSync(resume, '{"keyId":"00');
  const before = policiesRead();
  const { keys } = await run(['7.1']);
  expect(policiesRead() - before).toBe(count + 1 - done + ownKeys);
  expect(keys).toMatchObject({ read: count + 1, ofAll: count, proved: count });
  expect(keys.open.map(({ keyId }) => open[0]?.endsWith(keyId))).toEqual([true]);
  expect(existsSync(resume)).toBe(false);
}, 60_000);

test('another theorem begins anew', async () => {
  await expect(interrupted(['7.1'])).rejects.toThrow('interrupted');
  const before = policiesRead();
  await run(['7.3']);
  expect(policiesRead() - before).toBe(count + 1 + ownKeys);
}, 60_000);

test('a file of something else is refused', () => {
  writeFileSync(resume, 'tenantId\nacme\n');
  expect(() => openResumeFile(resume, 'x')).toThrow('no file that --resume wrote');
  expect(readFileSync(resume, 'utf8')).toBe('tenantId\nacme\n');
});
