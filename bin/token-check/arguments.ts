/** The command line. Invariant: no error repeats an argument, since any may be the token. */
import { parseArgs } from 'node:util';

export const usage = `usage: npm run --silent token:check -- [TOKEN] [options]
Says whether a bearer token counts, what it may do, and what would have to be changed at its issuer. Without TOKEN it is
read from standard input, where no shell history, no process list and no output of npm has it.

  -c KEY=VALUE      configuration as cdk takes it, over the context of ./cdk.json (repeatable)
  --issuers FILE    a list of issuers, or a cdk.json, instead of ./cdk.json
  --local URL       the issuers of the local stack with that AWS endpoint
  --jwks FILE       its issuer's keys, so that the issuer is not asked
  --offline         ask nobody: all is said but whether the signature is right
  --help

Without -c, --issuers and --local: ./tenant-keys.config.ts, beside which no -c counts; else ./cdk.json, if its context has
issuer or issuers; else the stack of npm start, at http://127.0.0.1:4566. Nothing is sent but the request for the
issuer's keys, which has nothing of the token in it.
Exit code 0: it counts and permits something; 1: not so, or it could not be checked; 2: wrong arguments or configuration.`;

export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export interface Arguments {
  /** absent: from standard input */
  readonly token?: string;
  readonly context: Readonly<Record<string, string>>;
  readonly issuersFile?: string;
  readonly localUrl?: string;
  readonly jwksFile?: string;
  readonly offline: boolean;
}

const options = {
  context: { type: 'string', short: 'c', multiple: true, default: [] as string[] },
  issuers: { type: 'string' },
  local: { type: 'string' },
  jwks: { type: 'string' },
  offline: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @returns undefined where help was asked for
 * @throws ArgumentError
 */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const { context, issuers, local, jwks, offline } = values;
  const [token, ...others] = positionals;
  if (others.length > 0) throw new ArgumentError(`expected one TOKEN, got ${positionals.length}`);
  const given = [context.length > 0, issuers !== undefined, local !== undefined];
  if (given.filter(Boolean).length > 1) {
    throw new ArgumentError('expected one of -c, --issuers and --local: each says which issuers');
  }
  if (offline && jwks !== undefined) {
    throw new ArgumentError('with --jwks nobody is asked: leave --offline out');
  }
  return {
    context: Object.fromEntries(context.map(keyAndValue)),
    offline,
    ...(token !== undefined && { token }),
    ...(issuers !== undefined && { issuersFile: issuers }),
    ...(local !== undefined && { localUrl: local }),
    ...(jwks !== undefined && { jwksFile: jwks }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    throw new ArgumentError('an option is not known, or has no value, or has one too many');
  }
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new ArgumentError('-c: expected KEY=VALUE, as in -c audience=tenant-keys');
  return [text.slice(0, at), text.slice(at + 1)];
}
