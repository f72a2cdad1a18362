/** Where the stack is, and the run on it. */
import { randomBytes } from 'node:crypto';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { findLocalStack } from '../../client/command-line/local-stack.ts';
import { TenantKeys } from '../../client/tenant-keys.ts';
import { defaultName } from '../../contract/stack-names.ts';
import { clientOptions } from '../aws-clients.ts';
import { findStack } from '../deployed-stack.ts';
import type { Report } from '../report.ts';
import { runSteps, type StepResult } from '../step.ts';
import { ArgumentError, type SmokeArguments, smokePrefix } from './arguments.ts';
import { awsPlatform } from './aws-platform.ts';
import { localPlatform } from './local-platform.ts';
import type { Platform } from './platform.ts';
import { type Smoke, smokeTenant } from './smoke.ts';
import { smokeSteps } from './smoke-steps.ts';
import { openTokens, type SmokeTokens } from './tokens.ts';

interface Place {
  readonly api: string;
  readonly platform: Platform;
  readonly tokens: SmokeTokens;
  /** in words */
  readonly where: string;
}

/** @throws ArgumentError; what AWS says where the stack cannot be read */
export async function runSmoke(
  given: SmokeArguments,
  env: NodeJS.ProcessEnv,
  report: Report,
  signal: AbortSignal,
): Promise<StepResult[]> {
  const startedAt = new Date();
  const { api, platform, tokens, where } = await placeOf(given, env);
  report.say(`smoke: ${where}, ${api}`);
  const clientOf = (token: () => Promise<string>) => new TenantKeys({ url: api, token });
  const [first, second] = (given.tenants ?? newNames()).map((id) =>
    smokeTenant(
      id,
      clientOf(() => tokens.ofTenant(id)),
    ),
  ) as [Smoke['first'], Smoke['second']];
  const smoke: Smoke = {
    administrator: clientOf(tokens.administrator),
    first,
    second,
    platform,
    patience: { waitMs: given.waitMs, signal },
    startedAt,
    tokensFrom: tokens.from,
  };
  return runSteps(smokeSteps, smoke, signal, report.result);
}

async function placeOf(given: SmokeArguments, env: NodeJS.ProcessEnv): Promise<Place> {
  const local = given.stack === undefined ? await findLocalStack(env) : undefined;
  if (local !== undefined) {
    const api = given.url ?? local.api;
    const tokens = await openTokens(env, api, { ...local, api }, given.tenants);
    return { api, tokens, platform: localPlatform(local.aws), where: 'the stack of npm start' };
  }
  const name = given.stack ?? defaultName;
  const stack = await findStack(new CloudFormation(clientOptions(env)), name);
  if (stack === undefined) {
    throw new ArgumentError(
      `there is no stack ${name} in this account and region, and none of npm start on this machine`,
    );
  }
  const api = (given.url ?? stack.outputs.ApiUrl ?? '').replace(/\/$/, '');
  if (api === '') throw new ArgumentError(`the stack ${name} has no output ApiUrl: give --url`);
  const tokens = await openTokens(env, api, undefined, given.tenants);
  return { api, tokens, platform: awsPlatform(stack, env), where: `the stack ${name}` };
}

function newNames(): [string, string] {
  const name = `${smokePrefix}${randomBytes(4).toString('hex')}`;
  return [`${name}-a`, `${name}-b`];
}
