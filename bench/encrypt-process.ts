/** Runs in a process of its own, whose CPU time is what is measured. */
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { ApiHandler } from '../lambdas/http/api-handler.ts';
import type { Message, ProcessVariables, Step } from './encrypt.ts';
import type { openReference } from './reference.ts';
import { rotated } from './samples.ts';

/** Few, so that the steps of a round meet the same machine. */
const callsPerRound = 10;
/** Calls of each step before the first that counts: until then the compiler is still at work. */
const warmUpCalls = 400;

const variables = process.env as unknown as ProcessVariables;
const { TENANT_ID: tenantId } = variables;
const plaintext = Buffer.alloc(1000, 'tenant-keys ');

const event = (): APIGatewayProxyEvent => ({
  httpMethod: 'POST',
  resource: '/tenants/{tenantId}/encrypt',
  path: `/tenants/${tenantId}/encrypt`,
  headers: { 'Content-Type': 'application/json' },
  multiValueHeaders: {},
  pathParameters: { tenantId },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  stageVariables: null,
  requestContext: {
    requestId: '0b8f7e0e-6a3c-4f7c-9d52-3f1f5b6c7d8e',
    authorizer: { tenantId },
  } as unknown as APIGatewayProxyEvent['requestContext'],
  body: JSON.stringify({ plaintext: plaintext.toString('base64') }),
  isBase64Encoded: false,
});
const context = { tenantId, getRemainingTimeInMillis: () => 15_000 } as unknown as Context;

async function openSteps(): Promise<Record<Step, () => Promise<unknown>>> {
  const { handler } = await load<{ handler: ApiHandler }>(variables.CRYPTO_BUNDLE);
  const reference = (
    await load<{ openReference: typeof openReference }>(variables.REFERENCE_BUNDLE)
  ).openReference({
    tenantId,
    tenantRoleArn: process.env.TENANT_ROLE_ARN ?? '',
    tableName: process.env.TABLE_NAME ?? '',
    keyArn: variables.KEY_ARN,
  });
  return {
    async handler() {
      const { statusCode, body } = await handler(event(), context);
      if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}: ${body}`);
    },
    bare: () => reference.encrypt(plaintext),
    row: () => reference.row(),
    dataKey: () => reference.dataKey(),
  };
}

const load = async <T>(file: string): Promise<T> => import(pathToFileURL(file).href);

/** @returns milliseconds of CPU of one call, of all threads of the process: the compiler's and the collector's too */
async function cost(step: () => Promise<unknown>, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) await step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

const send = (message: Message) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));

const steps = await openSteps();
const samples: Record<Step, number[]> = { handler: [], bare: [], row: [], dataKey: [] };
const names = Object.keys(samples) as Step[];
for (const name of names) await cost(steps[name], warmUpCalls);
for (let round = 0; round < Number(variables.ROUNDS); round += 1) {
  await send({ round });
  for (const name of rotated(names, round)) {
    samples[name].push(await cost(steps[name], callsPerRound));
  }
}
await send({ samples });
process.exit();
