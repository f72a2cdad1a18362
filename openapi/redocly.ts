/** Redocly, which holds the document against the standard and draws its page. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const redoclyFile = join(import.meta.dirname, '../node_modules/@redocly/cli/bin/cli.js');
/** The command says to nobody how often it runs, and asks no registry for its newest version. */
const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

export const redocly = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [redoclyFile, ...args], {
    env: { ...process.env, ...quiet },
  });
