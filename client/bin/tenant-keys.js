#!/usr/bin/env node
/**
 * `tenant-keys`: compiled, as the package has it. In a clone it is the source, where Node.js runs that as it is: npm links a
 * command only to a file that is there when it installs, which is before any build.
 */
import { existsSync } from 'node:fs';

const source = new URL('../command-line/main.ts', import.meta.url);
const compiled = new URL('../dist/command-line/main.js', import.meta.url);
if (process.features.typescript && existsSync(source)) await import(source.href);
else if (existsSync(compiled)) await import(compiled.href);
else throw new Error('tenant-keys is not compiled: npm run build:client, or run it by Node.js 24');
