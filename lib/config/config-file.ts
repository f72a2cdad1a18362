/**
 * The configuration in a file, tenant-keys.config.ts beside cdk.json. Where it is there it is all that counts: a value that
 * stood in a command as well would be taken back by the next command without it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, ConfigError, isKeyOfCdk, readConfig } from './config.ts';

export const configFile = 'tenant-keys.config.ts';

const exampleFile = 'tenant-keys.config.example.ts';

/** Said where there is neither the file nor an issuer. */
export const noConfiguration =
  `There is no ${configFile}: copy ${exampleFile} to it and write down there what is yours, or pass the values above. ` +
  'What is only passed must be passed to every later command as well.';

/**
 * @param folder in which the file may be
 * @returns a configuration for each stack; undefined where there is no such file
 * @throws ConfigError where it does not load, or for what is wrong in it
 */
export async function readConfigFile(folder: string): Promise<readonly Config[] | undefined> {
  const file = join(folder, configFile);
  if (!existsSync(file)) return undefined;
  const given = await defaultExportOf(file);
  const isList = Array.isArray(given);
  const list: readonly unknown[] = isList ? given : [given];
  if (list.length === 0) throw new ConfigError([`${configFile}: its list has no configuration`]);
  const read = list.map((one, at) => readEntry(one, isList ? `${configFile}[${at}]` : configFile));
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) throw new ConfigError(problems);
  return read.flatMap((one) => ('config' in one ? [one.config] : []));
}

/** @throws ConfigError in one line, which says where */
async function defaultExportOf(file: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new ConfigError([`${configFile} cannot be read: ${sentenceOf(error)}`]);
  }
  if (typeof module.default === 'object' && module.default !== null) return module.default;
  throw new ConfigError([
    `${configFile} must have a default export: a configuration, or a list of them, as ${exampleFile} has`,
  ]);
}

/** Node.js begins the stack with the place, where the file is no TypeScript. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, line] = /^file:\/\/\S+?:(\d+)$/m.exec(error.stack ?? '') ?? [];
  const message = error.message.trim().split('\n')[0] ?? '';
  return line === undefined ? message : `line ${line}: ${message}`;
}

type Entry = { readonly config: Config } | { readonly problems: readonly string[] };

function readEntry(given: unknown, place: string): Entry {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { problems: [`${place}: must be an object, such as {issuer: ..., audience: ...}`] };
  }
  // Of the CDK's own keys, which the context has beside the product's, none belongs here.
  const foreign = Object.keys(given).filter(isKeyOfCdk);
  const problems = foreign.map((key) => `${place}: ${key} belongs to cdk.json, not here`);
  try {
    const config = readConfig({ ...given });
    return problems.length > 0 ? { problems } : { config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: [...problems, ...error.problems.map((one) => `${place}: ${one}`)] };
  }
}

/**
 * @param context the CDK's, with what `-c` and cdk.json give
 * @throws ConfigError for a value of the product's, or of nobody's: with the file, none counts
 */
export function refuseBesideFile(context: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(context).filter((key) => !isKeyOfCdk(key));
  if (keys.length === 0) return;
  throw new ConfigError(
    keys.map(
      (key) =>
        `${key} is given by -c or cdk.json, where ${configFile} alone counts: write it there, ` +
        'since a command without it would take it back',
    ),
  );
}
