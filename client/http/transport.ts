/**
 * A request of the API: its URL, token, attempts, and what comes of it. All that is secret is held by closures, which
 * no inspection of an object shows.
 */
import { UsageError } from '../errors.ts';
import { bytesOf, errorOf, jsonOf, requestIdOf, type Shape } from './answers.ts';
import { type Operations, routes } from './api-types.ts';
import { baseUrl } from './base-url.ts';
import { type BytesCall, type Call, claimHeaders, type OperationName, targetOf } from './call.ts';
import { type Answer, exchange, type Network, type Outgoing } from './exchange.ts';
import { type RetryPolicy, withRetries } from './retries.ts';
import type { Tokens } from './token.ts';
import { type TokenOptions, tokensOf } from './tokens.ts';

export interface TransportOptions extends TokenOptions {
  /** of the API with its stage: `https://....amazonaws.com/v1` */
  readonly url: string | URL;
  readonly fetch?: typeof fetch | undefined;
  /** of one attempt (30,000); API Gateway waits 29 seconds for its functions */
  readonly timeoutMs?: number | undefined;
  /** of all attempts of a request, with the waiting between them (60,000; at most ten minutes) */
  readonly deadlineMs?: number | undefined;
  /** of a request (5) */
  readonly maxAttempts?: number | undefined;
  /** lets tokens and plaintexts go over the network in the clear: for a closed network alone */
  readonly allowInsecureHttp?: boolean | undefined;
  /** is called with each answer, for logs and metrics */
  readonly onAnswer?: ((answer: AnswerReport) => void) | undefined;
}

export interface AnswerReport {
  readonly operation: OperationName;
  /** of what is about one */
  readonly tenantId: string | undefined;
  readonly status: number;
  /** leads to the server's logs */
  readonly requestId: string | undefined;
  readonly durationMs: number;
}

export interface Transport {
  /** @param shape what the answer must have to be one */
  json<Name extends OperationName>(
    operation: Name,
    call: Call,
    shape: Shape<Operations[Name]['response']>,
  ): Promise<Operations[Name]['response']>;
  /** the same, with the id that leads to the server's logs */
  answer<Name extends OperationName>(
    operation: Name,
    call: Call,
    shape: Shape<Operations[Name]['response']>,
  ): Promise<Answered<Operations[Name]['response']>>;
  bytes(operation: OperationName, call: BytesCall): Promise<Uint8Array<ArrayBuffer>>;
}

export interface Answered<T> {
  readonly body: T;
  readonly requestId: string | undefined;
}

interface Settings {
  readonly base: string;
  readonly network: Network;
  readonly policy: RetryPolicy;
  readonly tokens: Tokens;
  readonly onAnswer: TransportOptions['onAnswer'];
}

const json = 'application/json';
const octets = 'application/octet-stream';
const longestDeadlineMs = 600_000;

export function openTransport(options: TransportOptions): Transport {
  const settings = settingsOf(options);
  const answer: Transport['answer'] = async (operation, call, shape) => {
    const { body } = call;
    const headers = { Accept: json, ...(body !== undefined && { 'Content-Type': json }) };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answered = await request(settings, operation, call, { headers, body: text });
    return { body: jsonOf(answered, shape), requestId: requestIdOf(answered.headers) };
  };
  return {
    answer,
    json: async (...given) => (await answer(...given)).body,
    async bytes(operation, { body, headers, ...call }) {
      const all = { ...headers, Accept: octets, 'Content-Type': octets };
      return bytesOf(await request(settings, operation, call, { headers: all, body }));
    },
  };
}

function settingsOf(options: TransportOptions): Settings {
  const { allowInsecureHttp = false, onAnswer } = options;
  const timeoutMs = bounded('timeoutMs', options.timeoutMs, 30_000, longestDeadlineMs);
  // Browsers' fetch must not be called as a method of another object.
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const network: Network = { fetch: send, timeoutMs, allowInsecureHttp };
  return {
    base: baseUrl('url', options.url, allowInsecureHttp),
    network,
    policy: {
      maxAttempts: bounded('maxAttempts', options.maxAttempts, 5, 100),
      deadlineMs: bounded('deadlineMs', options.deadlineMs, 60_000, longestDeadlineMs),
    },
    tokens: tokensOf(options, network),
    onAnswer,
  };
}

function bounded(name: string, value: number | undefined, standard: number, most: number): number {
  if (value === undefined) return standard;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(`${name} must be 1 to ${most}`);
}

type Headed = Omit<Outgoing, 'method'>;

/** @throws the problem of any answer but a success; the token is renewed once, where it is refused */
async function request(
  settings: Settings,
  operation: OperationName,
  call: Call,
  { headers: given, body }: Headed,
): Promise<Answer> {
  const { policy, tokens } = settings;
  const { signal } = call;
  const [method, path, scope] = routes[operation];
  const url = `${settings.base}${targetOf(path, call)}`;
  const headers = { ...given, ...claimHeaders(call) };
  const asked = { scope, tenantId: scope.endsWith('/admin') ? undefined : call.tenantId };
  const report = { operation, tenantId: call.tenantId };
  const send = (token: string, timeoutMs: number) => {
    const authorization = token === '' ? {} : { Authorization: `Bearer ${token}` };
    const outgoing = { method, headers: { ...headers, ...authorization }, body };
    return reported(settings, report, url, outgoing, { signal, timeoutMs });
  };
  let mayRenew = scope !== '';

  return withRetries(
    async (remainingMs) => {
      const wait = () => ({
        signal,
        timeoutMs: Math.min(settings.network.timeoutMs, remainingMs()),
      });
      let token = scope === '' ? '' : await tokens.get(asked, undefined, wait());
      let answer = await send(token, wait().timeoutMs);
      if (answer.status === 401 && mayRenew) {
        mayRenew = false;
        const stale = token;
        token = await tokens.get(asked, stale, wait());
        if (token !== stale) answer = await send(token, wait().timeoutMs);
      }
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw errorOf(answer, token);
    },
    policy,
    signal,
  );
}

async function reported(
  { network, onAnswer }: Settings,
  report: Pick<AnswerReport, 'operation' | 'tenantId'>,
  url: string,
  outgoing: Outgoing,
  limits: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number },
): Promise<Answer> {
  const startedMs = performance.now();
  const answer = await exchange(network, url, outgoing, limits);
  const requestId = requestIdOf(answer.headers);
  const durationMs = performance.now() - startedMs;
  onAnswer?.({ ...report, status: answer.status, requestId, durationMs });
  return answer;
}
