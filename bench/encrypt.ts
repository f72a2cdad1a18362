/**
 * What a warm `encrypt` of 1 kB costs in CPU through the handler, against the bare Encryption SDK. The
 * AWS endpoint is served by this process; the handler runs in another, whose CPU alone is counted.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { bundle } from '../lib/bundle.ts';
import { callApi, tokenFor } from '../local/demo/api.ts';
import { type LocalStack, startStack } from '../local/stack.ts';
import type { Role } from '../local/sts/role.ts';
import { type Summary, summarize } from './samples.ts';

export interface EncryptOptions {
  /** in each of which every step is taken many times */
  readonly rounds: number;
  readonly onRound: (round: number) => void;
}

/** The handler, what it is measured against, and the two calls of AWS in them. */
export type Step = 'handler' | 'bare' | 'row' | 'dataKey';

/** milliseconds of CPU of one call, by round */
export type Samples = Readonly<Record<Step, readonly number[]>>;

export interface EncryptCost {
  /** milliseconds of CPU of one call */
  readonly steps: Readonly<Record<Step, Summary>>;
  /** of the handler to the bare call, of each round by itself: what disturbs one disturbs both */
  readonly ratio: Summary;
  /** the same without what the row's read costs */
  readonly ratioWithoutRow: Summary;
}

/** What the measuring process says: a round has begun, or all of its samples. */
export type Message = { readonly round: number } | { readonly samples: Samples };

/** What it is told by its environment, besides what Lambda and the stack tell the function. */
export interface ProcessVariables {
  readonly TENANT_ID: string;
  readonly KEY_ARN: string;
  readonly CRYPTO_BUNDLE: string;
  readonly REFERENCE_BUNDLE: string;
  readonly ROUNDS: string;
}

const tenantId = 'bench';

/** @throws Error where the stack does not start or a step fails */
export async function measureEncrypt(options: EncryptOptions): Promise<EncryptCost> {
  const stack = await startStack({ apiPort: 0, awsPort: 0, issuerPort: 0 });
  const folders = [bundle('crypto'), bundle('reference', 'bench')] as const;
  try {
    const keyArn = await onboard(stack);
    const samples = await measure(options, {
      ...(await functionVariables(stack)),
      TENANT_ID: tenantId,
      KEY_ARN: keyArn,
      CRYPTO_BUNDLE: `${folders[0]}/crypto.mjs`,
      REFERENCE_BUNDLE: `${folders[1]}/reference.mjs`,
      ROUNDS: String(options.rounds),
    } satisfies ProcessVariables & Record<string, string>);
    return costOf(samples);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
    await stack.close();
  }
}

function costOf(samples: Samples): EncryptCost {
  const { handler, bare, row, dataKey } = samples;
  const ratios = (cost: (round: number) => number) =>
    summarize(bare.map((bareCost, round) => cost(round) / bareCost));
  return {
    steps: {
      handler: summarize(handler),
      bare: summarize(bare),
      row: summarize(row),
      dataKey: summarize(dataKey),
    },
    ratio: ratios((round) => handler[round] as number),
    ratioWithoutRow: ratios((round) => (handler[round] as number) - (row[round] as number)),
  };
}

/** @returns the ARN of the tenant's key */
async function onboard(stack: LocalStack): Promise<string> {
  const admin = await tokenFor(stack, 'tenant-keys/admin');
  const { status, json } = await callApi(stack, 'PUT', `/tenants/${tenantId}`, admin, {});
  if (status !== 201) throw new Error(`onboarding answered ${status}: ${JSON.stringify(json)}`);
  return String(json.keyArn);
}

/** What the crypto function gets from Lambda and from the stack. */
async function functionVariables(stack: LocalStack): Promise<Record<string, string>> {
  const { region } = stack;
  const { accessKeyId, secretAccessKey, sessionToken } = stack.deployment.issue(
    roleNamed(stack, 'DataPlaneRole'),
    'crypto',
  );
  const dynamodb = new DynamoDB({ endpoint: stack.aws, region, credentials: stack.operator });
  const { TableNames } = await dynamodb.listTables({});
  dynamodb.destroy();
  return {
    AWS_ENDPOINT_URL: stack.aws,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken ?? '',
    TABLE_NAME: TableNames?.[0] ?? '',
    TENANT_ROLE_ARN: roleNamed(stack, 'TenantRole').arn,
    TENANT_ISOLATION: 'true',
    REGISTRY_TTL_SECONDS: '0',
    DATA_KEY_MAX_AGE_SECONDS: '0',
    DATA_KEY_MAX_MESSAGES: '0',
    DATA_KEY_MAX_BYTES: '0',
  };
}

function roleNamed(stack: LocalStack, part: string): Role {
  const role = [...stack.deployment.roles.values()].find(({ name }) => name.includes(part));
  if (role === undefined) throw new Error(`no role of the template is named ${part}`);
  return role;
}

/** Its log lines are written, which costs it what it costs in Lambda, and read by nobody. */
async function measure({ onRound }: EncryptOptions, env: Record<string, string>): Promise<Samples> {
  const child = fork(new URL('encrypt-process.ts', import.meta.url), {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let samples: Samples | undefined;
  child.on('message', (message: Message) => {
    if ('round' in message) onRound(message.round);
    else samples = message.samples;
  });
  const [code] = await once(child, 'close');
  if (samples === undefined) throw new Error(`the measuring process ended with code ${code}`);
  return samples;
}
