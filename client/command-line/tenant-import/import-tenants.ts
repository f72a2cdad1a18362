/** `tenants import`: the file is checked whole before the first request, and then read again as it is sent. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes, failureOf } from '../failure.ts';
import { jsonLine, printable, printJson, printLine, say } from '../output.ts';
import { openProgress, type Progress } from '../progress.ts';
import { openRateLimit } from './adaptive-rate-limit.ts';
import { systemClock } from './clock.ts';
import { type FinishedRow, importAll } from './import-run.ts';
import { tenantPut } from './put-tenant.ts';
import { durationText, progressText, summaryText, tenantsText, totalOf } from './summary.ts';
import { type CheckedLine, readTenantList, type TenantLine } from './tenant-list.ts';

export interface ImportSettings {
  readonly file: string;
  readonly json: boolean;
  /** requests a second at most */
  readonly rate: number;
  readonly inFlight: number;
}

/** So many faults are said one by one. */
const mostFaults = 100;

/** @throws CommandError where a line of the file is wrong */
export async function checkImport(settings: ImportSettings): Promise<void> {
  const count = await withList(settings, (list) => checkedCount(list, settings));
  if (settings.json) return printJson({ tenants: count, sent: false });
  const { rate } = settings;
  printLine(
    `${tenantsText(count)}, at ${rate} a second some ${durationText(count / rate)}; nothing was sent`,
  );
}

/** @throws CommandError where a line of the file is wrong, or a tenant was not onboarded; what ended the run */
export async function importTenants(
  context: Pick<CommandContext, 'settings' | 'claims' | 'signal'>,
  settings: ImportSettings,
): Promise<void> {
  await withList(settings, async (list) => {
    const count = await checkedCount(list, settings);
    const { signal, claims } = context;
    const { rate, inFlight, json } = settings;
    const stop = new AbortController();
    signal.addEventListener('abort', () => stop.abort(signal.reason), { once: true });
    if (signal.aborted) stop.abort(signal.reason);
    const clock = systemClock;
    const rateLimit = openRateLimit({ rate, clock, signal: stop.signal });
    const put = tenantPut(context.settings);
    const progress = openProgress(basename(settings.file), process.stderr);
    const { summary, endedBy } = await importAll({
      rows: unchanged(list()),
      count,
      put: (tenant, options) => put(tenant, { ...claims, ...options }),
      rateLimit,
      clock,
      inFlight,
      stop,
      onRow: (row) => show(row, progress, rateLimit.rate, json),
    });
    progress.end();
    if (json) printJson({ tenants: count, sent: true, ...summary });
    else printLine(summaryText(summary));
    const notDone = summary.failed + summary.left;
    if (notDone > 0 && !json) say('The same command again goes on with what is not done.');
    signal.throwIfAborted();
    if (endedBy !== undefined) throw endedBy;
    if (notDone > 0) {
      throw new CommandError(
        `${tenantsText(notDone)} of ${count} not onboarded.`,
        exitCodes.failed,
      );
    }
  });
}

type List = () => AsyncGenerator<CheckedLine>;

/** One handle for both readings: a file that takes its place meanwhile is not read. */
async function withList<T>({ file }: ImportSettings, use: (list: List) => Promise<T>): Promise<T> {
  const handle: FileHandle = await open(file);
  try {
    if (!(await handle.stat()).isFile()) {
      throw new CommandError(
        `${file} is no file, which is read twice: to check it, and to send it.`,
      );
    }
    return await use(() => readTenantList(handle.createReadStream({ start: 0, autoClose: false })));
  } finally {
    await handle.close();
  }
}

async function checkedCount(list: List, { file, json }: ImportSettings): Promise<number> {
  let count = 0;
  let faulty = 0;
  for await (const { line, tenantId, faults } of list()) {
    count += 1;
    if (faults.length === 0) continue;
    faulty += 1;
    if (faulty <= mostFaults) sayOf({ line, tenantId }, { error: faults.join('; ') }, json);
  }
  if (faulty === 0) return count;
  const lines = faulty === 1 ? 'A line is' : `${faulty} lines are`;
  throw new CommandError(`${file}: ${lines} wrong; nothing was sent.`);
}

async function* unchanged(lines: AsyncIterable<CheckedLine>): AsyncGenerator<TenantLine> {
  for await (const line of lines) {
    if (line.faults.length > 0) {
      throw new CommandError(`line ${line.line}: was changed while the list was being imported.`);
    }
    yield line;
  }
}

function show(row: FinishedRow, progress: Progress, rate: number, json: boolean): void {
  const { tenant, error, summary } = row;
  if (error !== undefined) {
    progress.end();
    sayOf(tenant, failureOf(error), json);
  }
  const total = totalOf(summary);
  progress.update(total - summary.left, total, progressText(summary, rate));
}

interface Failure {
  readonly error: string;
}

function sayOf(at: Pick<TenantLine, 'line' | 'tenantId'>, failure: Failure, json: boolean): void {
  const { line, tenantId } = at;
  const text = `line ${line}: ${tenantId === '' ? '' : `${tenantId}: `}${failure.error}`;
  say(json ? jsonLine({ line, tenantId, ...failure }) : printable(text));
}
