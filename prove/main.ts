/** `npm run prove`: asks a solver whether there is any way round the policies of the synthesized stack. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../lib/synthesize.ts';
import { localAccount } from '../local/stack.ts';
import { readTemplate } from '../local/template/template.ts';
import { prove } from './prove.ts';
import { z3 } from './solver/z3.ts';
import { type StackPolicies, stackPolicies } from './stack-policies.ts';

function synthesized(): StackPolicies {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-prove-'));
  try {
    synthesize({ issuer: 'https://issuer.example', audience: 'tenant-keys' }, folder);
    const text = readFileSync(join(folder, 'TenantKeys.template.json'), 'utf8');
    return stackPolicies(readTemplate(JSON.parse(text), localAccount));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const solver = await z3();
try {
  for (const { theorem, verdict, open, durationMs } of await prove(synthesized(), solver)) {
    process.stdout.write(
      `${verdict.padEnd(8)} ${durationMs} ms  ${theorem.id}. ${theorem.sentence}\n`,
    );
    for (const { about, model } of open) {
      process.stdout.write(`  ${about}: ${JSON.stringify(Object.fromEntries(model))}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  await solver.close();
}
