/**
 * One line of JSON on stdout, which Lambda's JSON log format takes over as it stands; `timestamp` and
 * `level` are the names by which it filters (Lambda Developer Guide, "Log-level filtering"). So a line may carry
 * metrics in the embedded metric format; through `console` it would be wrapped, and CloudWatch would find none
 * (same, "Using embedded metric format client libraries with structured JSON logs"). An application log level
 * above INFO drops the metrics with the lines. Not Powertools' Logger: loading it takes as long as a sixth of
 * the three AWS clients, and a line a request is all that we log.
 */
export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

export function log(level: LogLevel, fields: Readonly<Record<string, unknown>>): void {
  const line = { timestamp: new Date().toISOString(), level, ...fields };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
