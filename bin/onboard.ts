/** `npm run onboard -- FILE.csv`: onboards a list of tenants over the API, no faster than KMS allows. */
import { readFileSync } from 'node:fs';
import { openRateLimit } from './onboard/adaptive-rate-limit.ts';
import { ArgumentError, type Arguments, readArguments, usage } from './onboard/arguments.ts';
import { systemClock } from './onboard/clock.ts';
import { openJournal } from './onboard/journal.ts';
import { type FinishedRow, type OnboardingRun, onboardAll } from './onboard/onboarding-run.ts';
import { openProgress, type Progress } from './onboard/progress.ts';
import { failuresOf, isFailure, summaryText } from './onboard/summary.ts';
import { readTenantList, TenantListError } from './onboard/tenant-list.ts';
import { openTenantsApi } from './onboard/tenants-api.ts';
import { clientCredentials, givenToken, type TokenSource } from './onboard/token-source.ts';

/** Under npm one Ctrl-C comes twice: from the terminal and from npm. */
const oneKeystrokeMs = 1000;
const interrupted = 130;

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2), process.env);
  if (given === undefined) {
    console.log(usage);
    return 0;
  }
  const tenants = readTenantList(readFileSync(given.file));
  const journalFile = `${given.file}.progress`;
  const journal = openJournal(journalFile, given.api);
  const progress = openProgress(process.stderr);
  const stop = new AbortController();
  const wasInterrupted = stopOnSignal(stop, progress);
  const clock = systemClock;
  const rateLimit = openRateLimit({ rate: given.rate, clock, signal: stop.signal });
  const api = openTenantsApi(given.api, tokenSourceOf(given, stop.signal));
  const onRow = ({ tenant, outcome, reason, summary }: FinishedRow) => {
    if (isFailure(outcome)) progress.say(`line ${tenant.line}: ${tenant.tenantId}: ${reason}`);
    progress.update(summary, rateLimit.rate);
  };
  try {
    const { inFlight } = given;
    const run = await onboardAll({
      tenants,
      journal,
      api,
      rateLimit,
      clock,
      inFlight,
      stop,
      onRow,
    });
    progress.end();
    report(run, journalFile);
    return wasInterrupted() && run.summary.unsent > 0 ? interrupted : exitCodeOf(run);
  } finally {
    journal.close();
  }
}

function tokenSourceOf({ credentials }: Arguments, signal: AbortSignal): TokenSource {
  if ('token' in credentials) return givenToken(credentials.token);
  return clientCredentials(credentials, systemClock, signal);
}

/** @returns whether a signal came */
function stopOnSignal(stop: AbortController, progress: Progress): () => boolean {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const now = systemClock.now();
      if (first !== undefined && now - first > oneKeystrokeMs) process.exit(interrupted);
      if (first !== undefined) return;
      first = now;
      progress.say('stopping after the requests under way; once more stops at once');
      stop.abort();
    });
  }
  return () => first !== undefined;
}

function report({ summary, hopeless }: OnboardingRun, journalFile: string): void {
  if (hopeless !== undefined) process.stderr.write(`onboard: stopped: ${hopeless}\n`);
  console.log(summaryText(summary));
  if (summary.before > 0) {
    console.log(`What an earlier run did was not asked for again; without ${journalFile} it is.`);
  }
  if (summary.unsent > 0 || failuresOf(summary) > 0) {
    console.log(`The same command goes on with what is not done, by ${journalFile}.`);
  }
}

const exitCodeOf = ({ summary }: OnboardingRun) =>
  summary.unsent > 0 || failuresOf(summary) > 0 ? 1 : 0;

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const lines = error instanceof TenantListError ? error.faults : [error.message];
    process.stderr.write(lines.map((line) => `onboard: ${line}\n`).join(''));
    if (error instanceof ArgumentError) process.stderr.write(`\n${usage}\n`);
    process.exitCode = 2;
  },
);
