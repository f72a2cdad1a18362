/** The licences of what the bundles hold, which go with every copy (MIT; Apache-2.0 section 4, with its NOTICE). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './bundled-packages.ts';

/** @throws Error for a package without the text of its licence */
export const thirdPartyNotices = (packages: readonly BundledPackage[]): string =>
  packages.map(noticeOf).join(`\n${'-'.repeat(80)}\n\n`);

function noticeOf({ name, version, license, folder }: BundledPackage): string {
  const files = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|notice)/i.test(file))
    .sort();
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim();
  if (files.length === 0 && license !== 'MIT') throw new Error(`${name}@${version} has no licence`);
  const texts =
    files.length === 0 ? [mit(JSON.parse(read('package.json')).author.name)] : files.map(read);
  return [`${name} ${version} (${license})`, ...texts].join('\n\n').concat('\n');
}

/** As SPDX has it, for packages that name the licence and leave its text out. */
const mit = (holder: string): string => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
