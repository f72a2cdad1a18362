/** What `npm run prove` says of a template with lost guards, and with which exit code. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readProofReport } from '../../../contract/proof-report.ts';
import { prove } from '../../../prove/prove.ts';
import { replayerOn } from '../../../prove/replay/replayer.ts';
import { reportOf } from '../../../prove/report.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import { accountId } from '../../harness/account.ts';
import {
  changedStack,
  changedTemplate,
  questionOf,
  scanning,
  trusting,
  unconditional,
} from './changed-stack.ts';

let solver: Solver;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-keys-prove-'));
  solver = await z3(1000);
});
afterAll(async () => {
  await solver.close();
  rmSync(folder, { recursive: true });
});

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, ['prove/main.ts', ...args], { stdio: 'pipe' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await ended };
}

test('a template in which both locks may be off: what a session does to a key is confirmed', async () => {
  const file = join(folder, 'template.json');
  const changed = await changedTemplate({
    TenantRole: unconditional('UseOwnKey'),
    AuditReaderRole: scanning,
  });
  writeFileSync(file, JSON.stringify(changed));
  const { stdout, stderr, code } = await run(['--json', '--theorem', '2', '--template', file]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
  const [theorem] = readProofReport(stdout).theorems;
  expect(theorem?.verdict).toBe('refuted');
  const [onKey, , onTables] = theorem?.open ?? [];
  expect(onKey).toEqual({
    kind: 'counterexample',
    sentence: expect.stringMatching(
      /^confirmed: a session of TenantRole, on a tenant's key, where .* tenantid='(\w+)', does kms:decrypt .* of tenant '(?!\1')/,
    ),
    replayed: {
      outcome: 'confirmed',
      isCarriedOut: true,
      why: expect.stringContaining('UseOwnKey'),
    },
  });
  expect(onTables?.sentence).toMatch(
    /^confirmed: a session of AuditReaderRole.* does dynamodb:scan/,
  );
}, 120_000);

test('a template that is none is a message to a person', async () => {
  const { stderr, code } = await run(['--template', join(folder, 'missing.json')]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^npm run prove: ENOENT/);
});

test('what the stack refuses is neither refuted nor proved', async () => {
  const open = await changedStack({
    TenantRole: trusting({
      Effect: 'Allow',
      Principal: { AWS: accountId },
      Action: 'sts:AssumeRole',
      Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    }),
  });
  const question = questionOf(open, '7.5', 'another principal of the account, on TenantRole');
  const theorem = { id: '1', sentence: '', questions: () => [question] };
  const replayer = replayerOn(open, solver);
  const proofs = await prove(open.policies, solver, [theorem], undefined, replayer);
  const hash = { sha256: '', of: '' };
  const report = reportOf({
    template: hash,
    policies: hash,
    solver: '',
    proofs,
    statements: new Map(),
  });
  expect(report.theorems[0]).toMatchObject({
    verdict: 'unknown',
    open: [{ kind: 'unknown', sentence: expect.stringMatching(/^not confirmed: .*aws:SourceIp$/) }],
  });
});
