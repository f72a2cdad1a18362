/** The command line. Secrets come from the environment only, since arguments are in shell histories and process lists. */
import { parseArgs } from 'node:util';
import { columns } from './tenant-list.ts';
import { type ClientCredentials, isSendable } from './token-source.ts';

const localApi = 'http://127.0.0.1:3000/v1';
const localTokenUrl = 'http://127.0.0.1:3002/oauth2/token';

export const usage = `usage: npm run onboard -- FILE.csv [options]
Onboards every tenant of a CSV file in UTF-8 whose first line names its columns:
  ${columns.join(',')}     (all but the first may be left out, or be empty)

  --api URL         the API with its stage (${localApi})
  --token-url URL   where to get tokens for client credentials, with scope tenant-keys/admin
  --client-id ID    the client; its secret in TENANT_KEYS_CLIENT_SECRET
  --rate N          requests a second at most (4; KMS makes 5 keys a second for a whole account)
  --in-flight N     requests under way at once, 1-64 (8)
  --help

Instead of --token-url and --client-id: a token in TENANT_KEYS_TOKEN. Without either, and without --api, the
issuer of npm start gives the token.
What is done is kept in FILE.csv.progress; the same command goes on from there. Ctrl-C stops after the requests
under way.
Exit code 0: every tenant is there; 1: not so; 2: wrong arguments or file, nothing was sent; 130: stopped by Ctrl-C.`;

export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export interface Arguments {
  readonly file: string;
  /** without a slash at its end */
  readonly api: string;
  readonly credentials: { readonly token: string } | ClientCredentials;
  /** requests a second */
  readonly rate: number;
  readonly inFlight: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const options = {
  api: { type: 'string' },
  'token-url': { type: 'string' },
  'client-id': { type: 'string' },
  rate: { type: 'string', default: '4' },
  'in-flight': { type: 'string', default: '8' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @returns undefined where help was asked for
 * @throws ArgumentError with what is wrong and what to do
 */
export function readArguments(
  args: readonly string[],
  environment: Environment,
): Arguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    throw new ArgumentError(`expected one FILE.csv, got ${positionals.length}`);
  }
  const api = urlOf('--api', values.api ?? localApi).replace(/\/+$/, '');
  return {
    file,
    api,
    credentials: credentialsOf(values, environment, api === localApi),
    rate: numberOf('--rate', values.rate, /^\d{1,3}(\.\d{1,3})?$/, [0.01, 100]),
    inFlight: numberOf('--in-flight', values['in-flight'], /^\d{1,2}$/, [1, 64]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

interface TokenOptions {
  readonly 'token-url'?: string | undefined;
  readonly 'client-id'?: string | undefined;
}

function credentialsOf(
  { 'token-url': url, 'client-id': clientId }: TokenOptions,
  { TENANT_KEYS_TOKEN, TENANT_KEYS_CLIENT_SECRET: clientSecret }: Environment,
  isLocal: boolean,
): Arguments['credentials'] {
  const token = TENANT_KEYS_TOKEN?.trim();
  if (token && (url !== undefined || clientId !== undefined)) {
    throw new ArgumentError(
      'TENANT_KEYS_TOKEN is set: give no --token-url and --client-id, or unset it',
    );
  }
  if (token) {
    if (isSendable(token)) return { token };
    throw new ArgumentError('TENANT_KEYS_TOKEN: holds characters that no token has');
  }
  if (url === undefined && clientId === undefined && isLocal) {
    return { tokenUrl: localTokenUrl, clientId: 'onboard' };
  }
  if (url === undefined || clientId === undefined) {
    throw new ArgumentError(
      'expected a token in TENANT_KEYS_TOKEN, or --token-url and --client-id with TENANT_KEYS_CLIENT_SECRET',
    );
  }
  const tokenUrl = urlOf('--token-url', url);
  // The issuer of npm start needs none.
  if (!clientSecret && !isLoopback(new URL(tokenUrl))) {
    throw new ArgumentError(`TENANT_KEYS_CLIENT_SECRET: expected the secret of ${clientId}`);
  }
  return { tokenUrl, clientId, ...(clientSecret && { clientSecret }) };
}

/** Tokens and secrets go over TLS, or stay on this machine. */
function urlOf(option: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new ArgumentError(`${option}: expected a URL such as ${localApi}, got '${value}'`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new ArgumentError(`${option}: expected a URL without a user and without #`);
  }
  if (option === '--api' && url.search !== '') {
    throw new ArgumentError(`${option}: expected a URL without a query`);
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new ArgumentError(
      `${option}: expected https://, since a token would go over http in the clear`,
    );
  }
  return url.href;
}

const isLoopback = ({ hostname }: URL) => ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);

function numberOf(
  option: string,
  value: string,
  spelling: RegExp,
  [least, most]: readonly [number, number],
): number {
  const number = Number(value);
  if (spelling.test(value) && number >= least && number <= most) return number;
  throw new ArgumentError(`${option}: expected a number from ${least} to ${most}, got '${value}'`);
}
