/** @throws Error with the status of an answer that is none */
export async function load(path) {
  const response = await fetch(path, {
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.timeout(15_000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const error = new Error(answer.message ?? `${path} answered ${response.status}`);
  throw Object.assign(error, { status: response.status });
}
