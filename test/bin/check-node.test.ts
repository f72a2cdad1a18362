/** A Node.js that cannot run TypeScript says so in a sentence. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const repository = read('package.json');
const commands = [
  ...Object.values<string>(repository.scripts),
  read('cdk.json').app as string,
].filter((command) => /\bnode .*\.ts\b/.test(command));

/** By a Node.js that has been told not to know TypeScript. */
const startedBy = (...options: string[]) => {
  const args = [...options, '--require', './bin/check-node.cjs', 'bin/tenant-id.ts', 'acme'];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
};

test('without TypeScript there is one sentence, and nothing runs', () => {
  const { status, stdout, stderr } = startedBy('--no-strip-types');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(
    /^tenant-keys is TypeScript, which Node\.js v\S+ cannot run\..*npx cdk.*\n$/,
  );
});

test('with TypeScript nothing is said', () => {
  expect(startedBy()).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('acme'),
  });
});

test('every script and the CDK CLI ask first', () => {
  expect(commands.length).toBeGreaterThan(10);
  for (const one of commands)
    expect(one).toMatch(/^(?:exec )?node --require \.\/bin\/check-node\.cjs [a-z]/);
});

test('README and package.json name the same Node.js', () => {
  const [, oldest] =
    /It needs Node\.js (\S+) or later/.exec(readFileSync('README.md', 'utf8')) ?? [];
  expect(repository.engines.node).toBe(`^${oldest} || >=24`);
});

test('packages want no newer Node.js than the oldest that is named', () => {
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { engines?: { node?: string } }>;
  };
  const newer = Object.entries(packages).filter(([, { engines }]) => {
    const versions = [...(engines?.node ?? '').matchAll(/(?:>=|\^|~)? ?(\d+)(?:\.(\d+))?[.\d]*/g)];
    const oldest = Math.min(
      ...versions.map(([, major, minor = 0]) => Number(major) * 100 + Number(minor)),
    );
    return versions.length > 0 && oldest > 2218;
  });
  expect(newer).toEqual([]);
});
