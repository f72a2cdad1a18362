/** A warm `encrypt` of 1 kB by each of the bundles, in turns. */
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import type { ApiHandler } from '../lambdas/http/api-handler.ts';
import { apiEvent, jsonBody } from './event.ts';
import type { StoresResult, StoresVariables } from './stores.ts';
import { inTurns, type Step } from './turns.ts';

const variables = process.env as unknown as StoresVariables;
const { TENANT_ID: tenantId, TOKEN: token } = variables;
const body = jsonBody({ plaintext: Buffer.alloc(1000, 'tenant-keys ').toString('base64') });
const context = { tenantId, getRemainingTimeInMillis: () => 15_000 } as unknown as Context;

const steps: Record<string, Step> = {};
for (const [name, file] of Object.entries<string>(JSON.parse(variables.BUNDLES))) {
  const { handler }: { handler: ApiHandler } = await import(pathToFileURL(file).href);
  steps[name] = async () => {
    const { statusCode } = await handler(apiEvent({ tenantId, token }, 'encrypt', body), context);
    if (statusCode !== 200) throw new Error(`encrypt answered ${statusCode}`);
  };
}
const samples = await inTurns(steps, Number(variables.ROUNDS));
process.send?.({ samples } as unknown as StoresResult, () => process.exit());
