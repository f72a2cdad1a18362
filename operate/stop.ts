/** Under npm one Ctrl-C comes twice: from the terminal and from npm. */
const oneKeystrokeMs = 1000;

/** Ctrl-C once lets a run end in order, once more ends it at once. */
export function stopOnSignal(sentence: string): AbortSignal {
  const stop = new AbortController();
  let first: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (first !== undefined && Date.now() - first > oneKeystrokeMs) process.exit(130);
      if (first !== undefined) return;
      first = Date.now();
      process.stderr.write(`${sentence}; once more stops at once\n`);
      stop.abort();
    });
  }
  return stop.signal;
}
