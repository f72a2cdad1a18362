/** `npm run smoke`: sees that a deployed stack works, from a token to the trail. */
import { openReport } from './report.ts';
import { ArgumentError, readArguments, usage } from './smoke/arguments.ts';
import { runSmoke } from './smoke/run.ts';
import { isAllWell } from './step.ts';
import { stopOnSignal } from './stop.ts';

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) {
    console.log(usage);
    return 0;
  }
  const stop = stopOnSignal('stopping; the tenants of this run are offboarded first');
  const report = openReport(given.json, console.log);
  const results = await runSmoke(given, process.env, report, stop);
  if (stop.aborted) return 130;
  return isAllWell(results) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`smoke: ${error.message}\n`);
    if (error instanceof ArgumentError) process.stderr.write(`\n${usage}\n`);
    process.exitCode = 2;
  },
);
