/** What others look at a package with: compilers, publint, @arethetypeswrong/cli. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, folder, npmInstall, root, run } from './checks.ts';

/** Pinned as dependencies are. The READMEs of the packages name the oldest TypeScript. */
const versions = ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5', 'typescript@5.7.3'];

const there = join(folder, 'tools');
const bin = (name: string) => join(there, 'node_modules', '.bin', name);

/** @returns whether npm could install them */
export async function installTools(): Promise<boolean> {
  mkdirSync(there);
  writeFileSync(join(there, 'package.json'), '{}');
  const installed = await npmInstall(versions, there).then(
    () => true,
    () => false,
  );
  if (!installed) console.log(`left out: ${versions.join(', ')}, which npm could not install`);
  return installed;
}

/** By publint and @arethetypeswrong/cli. */
export async function lookAt(tarball: string): Promise<void> {
  await check('publint', () => run(bin('publint'), ['--strict', tarball], there));
  // A package for ESM alone is none for `require` of old.
  const esm = ['--profile', 'esm-only', tarball];
  await check('@arethetypeswrong/cli', () => run(bin('attw'), esm, there));
}

/** @returns each TypeScript there is, by its name */
export const compilers = (hasTools: boolean): Readonly<Record<string, string>> => ({
  'the newest TypeScript': join(root, 'node_modules', '.bin', 'tsc'),
  ...(hasTools && { 'the oldest TypeScript': bin('tsc') }),
});

export const moduleOptions = (resolution: string): string[] => {
  const module = resolution === 'bundler' ? 'esnext' : resolution;
  return ['--module', module, '--moduleResolution', resolution, '--target', 'es2022', '--noEmit'];
};

export const nodeTypes = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node'];
