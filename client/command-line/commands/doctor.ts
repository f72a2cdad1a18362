/** `doctor`: what would stop a command, found before one does. */
import type { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { stopSignal } from '../context.ts';
import { CommandError, exitCodes, sentenceOf } from '../failure.ts';
import { examples } from '../help.ts';
import { printable, printJson, printLine } from '../output.ts';
import { accessOf } from '../token-access.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly what: string;
}

const maxClockDifferenceMs = 30_000;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look whether everything is as commands need it, and say what is not and what to do',
    )
    .option(
      '-t, --tenant <id>',
      'whose data plane and audit are tried',
      process.env.TENANT_KEYS_TENANT,
    )
    .addHelpText('after', examples('tenant-keys doctor', 'tenant-keys doctor --tenant acme'))
    .action(async ({ tenant }, command) => {
      const { json, ...options } = command.optsWithGlobals();
      const findings: Finding[] = [nodeVersion()];
      const connection = await connect(options, process.env).catch((error: unknown) => {
        findings.push({ check: 'connection', ok: false, what: sentenceOf(error) });
        return undefined;
      });
      if (connection !== undefined) {
        const { url, from } = connection;
        findings.push({ check: 'connection', ok: true, what: `${url}, by ${from}` });
        findings.push(...(await reach(url)));
        findings.push(...(await access(connection, tenant)));
      }
      if (json === true) printJson(findings);
      else
        for (const { check, ok, what } of findings)
          printLine(printable(`${ok ? 'ok  ' : 'FAIL'}  ${check}: ${what}`));
      if (findings.some(({ ok }) => !ok))
        throw new CommandError('Not everything is as it must be.', exitCodes.failed);
    });
}

function nodeVersion(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number);
  const what = `Node.js ${process.versions.node}${major < 24 ? '; ML-DSA signatures of certificates take 24' : ''}`;
  return { check: 'runtime', ok: major >= 20, what };
}

/** The API's document needs no token. */
async function reach(url: string): Promise<readonly Finding[]> {
  const asked = Date.now();
  try {
    const signal = AbortSignal.any([stopSignal, AbortSignal.timeout(10_000)]);
    const answer = await fetch(`${url.replace(/\/+$/, '')}/openapi.json`, {
      signal,
      redirect: 'error',
    });
    const document = (await answer.json()) as { info?: { title?: unknown; version?: unknown } };
    const ok = answer.ok && typeof document.info?.version === 'string';
    const what = ok
      ? `${document.info?.title} ${document.info?.version}`
      : `something answers with ${answer.status}, but not this API: check the URL, and its stage`;
    return [{ check: 'API', ok, what }, ...clock(answer.headers.get('date'), asked)];
  } catch (error) {
    stopSignal.throwIfAborted();
    const cause =
      error instanceof SyntaxError ? 'what answers is not this API' : 'it cannot be reached';
    return [{ check: 'API', ok: false, what: `${cause}: check the URL, and what stands between` }];
  }
}

function clock(date: string | null, asked: number): readonly Finding[] {
  if (date === null) return [];
  const difference = Date.parse(date) - (asked + Date.now()) / 2;
  const seconds = Math.round(Math.abs(difference) / 1000);
  const ok = Math.abs(difference) < maxClockDifferenceMs;
  const which = difference > 0 ? 'behind' : 'ahead of';
  const what = ok
    ? 'as the API has it'
    : `this machine is ${seconds} s ${which} the API: set its clock`;
  return [{ check: 'clock', ok, what }];
}

async function access(
  { keys }: Connection,
  tenant: string | undefined,
): Promise<readonly Finding[]> {
  try {
    const found = await accessOf(keys, tenant, stopSignal);
    const allowed = found.filter((one) => one.allowed).map(({ plane }) => plane);
    const what = allowed.length > 0 ? `allows ${allowed.join(', ')}` : `${found[0]?.reason}`;
    return [{ check: 'token', ok: allowed.length > 0, what }];
  } catch (error) {
    stopSignal.throwIfAborted();
    return [{ check: 'token', ok: false, what: sentenceOf(error) }];
  }
}
