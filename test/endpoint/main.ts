/**
 * `npm run test:endpoint -- --endpoint URL`: shows that the handlers work against any AWS-compatible
 * endpoint, and says which guarantees that endpoint does not enforce.
 */
import { ArgumentError, readArguments, usage } from './arguments.ts';
import { runAt } from './run.ts';

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const interruption = new AbortController();
  // npm passes a Ctrl-C on that the terminal has sent as well: a second one says nothing new.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) return;
      process.stderr.write(`${name}: ends after this call, then removes what was made ...\n`);
      interruption.abort(new Error('interrupted'));
    });
  }
  return runAt(options, console.log, interruption.signal);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const wrongArguments = error instanceof ArgumentError;
    process.stderr.write(`test:endpoint: ${error.message}\n`);
    if (wrongArguments) process.stderr.write(`${usage}\n`);
    process.exitCode = wrongArguments ? 2 : 1;
  },
);
