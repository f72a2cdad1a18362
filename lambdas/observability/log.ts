/**
 * A log line is one line of JSON on stdout, which Lambda's JSON log format keeps as it is; Lambda filters by
 * `timestamp` and `level` (Lambda Developer Guide, "Log-level filtering"). So a line may carry metrics in the embedded
 * metric format. Through `console` it would be wrapped, and CloudWatch would find no metrics (same guide, "Using
 * embedded metric format client libraries with structured JSON logs"). An application log level above INFO drops the
 * metrics with the lines. Not Powertools' Logger: it takes a sixth of the three AWS clients' time to load, and we log
 * only one line for each request.
 */
export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

export function log(level: LogLevel, fields: Readonly<Record<string, unknown>>): void {
  const line = { timestamp: new Date().toISOString(), level, ...fields };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
