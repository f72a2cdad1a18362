/**
 * How large bundles are and how long a fresh process takes to load them. Loading is what a cold start waits for, and the
 * only part of it that is ours.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type {
  authorizerEnvironment,
  cryptoEnvironment,
  sessionBrokerEnvironment,
  tenantsEnvironment,
} from '../contract/environment.ts';
import { bundle } from '../lib/functions/bundle.ts';
import type { EnvironmentOf } from '../lib/functions/bundled-function.ts';
import { rotated, type Summary, summarize } from './samples.ts';

export type BundleName =
  | 'baseline'
  | 'baseline, stand-ins'
  | 'authorizer'
  | 'session-broker'
  | 'tenants'
  | 'crypto';

export interface Load<Name extends string = string> {
  readonly name: Name;
  /** of what is read, in one file or several */
  readonly bytes: number;
  readonly gzippedBytes: number;
  /** of what is read when a request needs it, or never */
  readonly onDemandBytes: number;
  /** milliseconds from `import()` to the module, of a fresh process */
  readonly wall: Summary;
  /** milliseconds of CPU, of all threads of the process, in the same time */
  readonly cpu: Summary;
}

export interface LoadOptions {
  /** samples of each bundle */
  readonly rounds: number;
  readonly onRound: (round: number) => void;
}

interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

/** The functions', and a bundle that holds only the AWS clients; each makes a folder, for the caller to remove. */
export const bundles: Readonly<Record<BundleName, () => string>> = {
  // As esbuild makes it by itself; what we leave for later while a bundle loads is our work, so it counts.
  baseline: () => bundle('baseline', 'bench', {}),
  'baseline, stand-ins': () => bundle('baseline', 'bench'),
  authorizer: () => bundle('authorizer'),
  'session-broker': () => bundle('session-broker'),
  tenants: () => bundle('tenants'),
  crypto: () => bundle('crypto'),
};

/**
 * Plain JavaScript, so that Node loads no type stripper first. It ends at once: some modules leave a timer.
 */
const probe = `
  const cpu = process.cpuUsage();
  const start = performance.now();
  await import(process.argv[1]);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1000 }), () => process.exit());
`;

/** Prints the files that are read, the module's own first. */
const filesProbe = `
  import { registerHooks } from 'node:module';
  const files = [];
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:')) files.push(url);
      return nextLoad(url, context);
    },
  });
  await import(process.argv[1]);
  process.stdout.write(JSON.stringify(files), () => process.exit());
`;

/** What a module reads while it loads. Nothing of it is called then. */
const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  ISSUERS: JSON.stringify([
    { issuer: 'https://id.example.com', audiences: ['tenant-keys'], tenantClaim: ['tenant_id'] },
  ]),
  TABLE_NAME: 'tenants',
  MAC_KEY_TABLE_NAME: 'mac-keys',
  TENANT_ROLE_ARN: 'arn:aws:iam::111122223333:role/tenant',
  AUDIT_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/audit-reader',
  ALL_EVENTS_READER_ROLE_ARN: 'arn:aws:iam::111122223333:role/all-events-reader',
  SESSION_BROKER_NAME: 'session-broker',
  CONTROL_PLANE_ROLE_ARN: 'arn:aws:iam::111122223333:role/control-plane',
  ACCOUNT_ID: '111122223333',
  PARTITION: 'aws',
  ROTATION_PERIOD_IN_DAYS: '90',
  DELETION_WINDOW_IN_DAYS: '30',
  TENANT_ISOLATION: 'true',
  REGISTRY_TTL_SECONDS: '0',
  DATA_KEY_MAX_AGE_SECONDS: '0',
  DATA_KEY_MAX_MESSAGES: '0',
  DATA_KEY_MAX_BYTES: '0',
} satisfies EnvironmentOf<
  typeof authorizerEnvironment &
    typeof sessionBrokerEnvironment &
    typeof tenantsEnvironment &
    typeof cryptoEnvironment
> &
  Readonly<Record<string, string>>;

/**
 * @param made the bundles, each by a name that begins with its function's
 * @throws Error where a bundle does not compile or does not load
 */
export async function measureLoad<Name extends string>(
  made: Readonly<Record<Name, () => string>>,
  { rounds, onRound }: LoadOptions,
): Promise<Load<Name>[]> {
  const names = Object.keys(made) as Name[];
  const folders = names.map((name) => made[name]());
  try {
    const measured = names.map((name, i) => ({
      name,
      folder: folders[i] as string,
      file: join(folders[i] as string, `${name.split(',')[0]}.mjs`),
      samples: [] as Sample[],
    }));
    // The first of each only brings its files into the system's cache.
    for (const { file } of measured) await probed(probe, file);
    for (let round = 0; round < rounds; round += 1) {
      onRound(round);
      for (const { file, samples } of rotated(measured, round)) {
        samples.push(await probed(probe, file));
      }
    }
    return await Promise.all(
      measured.map(async ({ name, folder, file, samples }) => ({
        name,
        ...(await sizes(folder, file)),
        wall: summarize(samples.map(({ wall }) => wall)),
        cpu: summarize(samples.map(({ cpu }) => cpu)),
      })),
    );
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

async function sizes(folder: string, file: string) {
  const read = (await probed<string[]>(filesProbe, file)).map((url) => basename(url));
  const code = Object.groupBy(readdirSync(folder), (name) =>
    read.includes(name) ? 'atOnce' : 'onDemand',
  );
  const bytes = (names: readonly string[] = []) =>
    Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
  return {
    bytes: bytes(code.atOnce).length,
    gzippedBytes: gzipSync(bytes(code.atOnce)).length,
    onDemandBytes: bytes(code.onDemand).length,
  };
}

async function probed<Result = Sample>(code: string, file: string): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', code, pathToFileURL(file).href],
    { env: environment },
  );
  return JSON.parse(stdout);
}
