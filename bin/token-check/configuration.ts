/** Which issuers count: by the same configuration as the stack's, read by the same module. */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type IssuerSettings, isSafeUrl, issuersSettings } from '../../contract/issuers.ts';
import { type Config, readConfig } from '../../lib/config/config.ts';
import { configFile, readConfigFile, refuseBesideFile } from '../../lib/config/config-file.ts';
import type { Arguments } from './arguments.ts';

export interface Configuration {
  readonly issuers: readonly IssuerSettings[];
  /** where they are from */
  readonly source: string;
}

/** AWS's endpoint of `npm start`. */
const localStack = 'http://127.0.0.1:4566';
const cdkFile = 'cdk.json';
const timeoutMs = 2000;

/** @throws Error with what is wrong, ConfigError among them */
export async function readConfiguration(given: Arguments): Promise<Configuration> {
  const { context, issuersFile, localUrl } = given;
  if (localUrl !== undefined) return ofLocalStack(localUrl);
  if (issuersFile !== undefined) return ofContext(contextIn(issuersFile), issuersFile);
  const stacks = await readConfigFile(process.cwd());
  if (stacks !== undefined) {
    refuseBesideFile(context);
    return ofStacks(stacks);
  }
  const inFile = existsSync(cdkFile) ? contextIn(cdkFile) : {};
  if (Object.keys(context).length > 0) return ofContext({ ...inFile, ...context }, '-c');
  if ('issuer' in inFile || 'issuers' in inFile) return ofContext(inFile, cdkFile);
  return ofLocalStack(localStack);
}

/** @throws Error where the stacks have different issuers */
function ofStacks(stacks: readonly Config[]): Configuration {
  const [first, ...others] = stacks.map(({ issuers }) => issuers);
  if (first === undefined || !others.every((one) => isDeepStrictEqual(one, first))) {
    throw new Error(
      `${configFile} has stacks with different issuers: pass the list of one of them with --issuers FILE`,
    );
  }
  return { issuers: first, source: configFile };
}

type Context = Readonly<Record<string, unknown>>;

const ofContext = (context: Context, source: string): Configuration => ({
  issuers: readConfig(context).issuers,
  source,
});

/** @returns the context of a cdk.json, or one with the list of issuers that the file is */
function contextIn(file: string): Context {
  const value = jsonIn(file);
  if (Array.isArray(value)) return { issuers: value };
  if (typeof value === 'object' && value !== null) {
    return 'context' in value ? { ...(value.context as object) } : { ...value };
  }
  throw new Error(`${file}: expected a cdk.json, or a list of issuers`);
}

/** @throws Error which names the file and nothing of what is in it */
export function jsonIn(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file}: is not JSON`);
  }
}

/** It says which issuers its functions have in their environment. */
async function ofLocalStack(url: string): Promise<Configuration> {
  const endpoint = `${url.replace(/\/+$/, '')}/_local/issuers`;
  if (!isSafeUrl(endpoint))
    throw new Error('--local: expected a URL such as http://127.0.0.1:4566');
  try {
    const response = await fetch(endpoint, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const { issuers } = (await response.json()) as { readonly issuers?: unknown };
    return { issuers: issuersSettings.parse(issuers), source: `the local stack at ${url}` };
  } catch {
    throw new Error(
      `no issuers are configured: pass -c issuer=URL -c audience=TEXT, or --issuers FILE. Nor does ${url} answer, ` +
        'where npm start has its AWS endpoint (--aws-port).',
    );
  }
}
