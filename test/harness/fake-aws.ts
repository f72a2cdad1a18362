/**
 * AWS's answers as a test wants them, in AWS's protocols: for services that the local stack has not. Signatures are not
 * checked; who asks is not asked.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listen } from '../../local/listen.ts';

type Input = Readonly<Record<string, unknown>>;
type Handler = (input: Input) => unknown;

/** By `service.Operation`, of a REST service by `service.METHOD /path`. */
export type Handlers = Readonly<Record<string, Handler>>;

/** An error as AWS answers it. */
export class AwsFault extends Error {
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
  }
}

export interface FakeAws extends Listening {
  /** names of what was asked for, in order */
  readonly asked: string[];
  /** may be changed while it runs */
  handlers: Handlers;
}

export async function startFakeAws(handlers: Handlers): Promise<FakeAws> {
  const fake = { handlers, asked: [] as string[] };
  const server = createServer(async (request, response) => {
    const { service, operation, input, isQuery } = asked(request, await text(request));
    const name = `${service}.${operation}`;
    fake.asked.push(name);
    try {
      const handler = fake.handlers[name];
      if (handler === undefined) throw new AwsFault('AccessDenied', `no answer to ${name}`, 403);
      const output = (await handler(input)) ?? {};
      const result = { [`${operation}Result`]: output, ResponseMetadata: {} };
      response.end(isQuery ? xml({ [`${operation}Response`]: result }) : JSON.stringify(output));
    } catch (error) {
      const { name: code, message, status = 500 } = error as AwsFault;
      response.statusCode = status;
      response.setHeader('X-Amzn-ErrorType', code);
      const problem = { ErrorResponse: { Error: { Code: code, Message: message } } };
      response.end(isQuery ? xml(problem) : JSON.stringify({ __type: code, message }));
    }
  });
  return Object.assign(fake, await listen(server, 0));
}

function asked(request: IncomingMessage, body: string) {
  const { authorization = '', 'x-amz-target': target } = request.headers;
  const service = /Credential=[^,]*\/([a-z0-9-]+)\/aws4_request/.exec(authorization)?.[1] ?? '';
  if (typeof target === 'string') {
    const operation = target.split('.').at(-1) ?? '';
    return { service, operation, input: JSON.parse(body || '{}') as Input, isQuery: false };
  }
  const form = Object.fromEntries(new URLSearchParams(body));
  if (form.Action !== undefined) {
    return { service, operation: form.Action, input: form, isQuery: true };
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const input = { ...Object.fromEntries(searchParams), body };
  return { service, operation: `${request.method} ${pathname}`, input, isQuery: false };
}

/** Lists as `member`s, a Map as entries, as AWS's query protocol has them. */
function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join('');
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]) => ({ entry: { key, value: one } }));
    return entries.map(xml).join('');
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => `<${name}>${xml(one)}</${name}>`)
      .join('');
  }
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Of a process that asks it, and of AWS nothing else. */
export const fakeAwsEnvironment = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_MAX_ATTEMPTS: '1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});
