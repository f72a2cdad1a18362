/** Runs in a process of its own, so that only its CPU time is measured. */
import { pathToFileURL } from 'node:url';
import type { ApiHandler } from '../lambdas/http/api-handler.ts';
import type { Message, ProcessVariables } from './cpu.ts';
import { openGroups } from './cpu-steps.ts';
import type * as pieces from './pieces.ts';
import type * as reference from './reference.ts';
import { type Group, inTurns } from './turns.ts';

const variables = process.env as unknown as ProcessVariables;

const load = async <T>(file: string): Promise<T> => import(pathToFileURL(file).href);

async function open(): Promise<Record<string, Group>> {
  const { TENANT_ID: tenantId, TOKEN: token, KEY_ARN: keyArn, CRYPTO_BUNDLE } = variables;
  const { openReference, encryptRaw, decryptRaw } = await load<typeof reference>(
    variables.REFERENCE_BUNDLE,
  );
  const { openPieces } = await load<typeof pieces>(variables.PIECES_BUNDLE);
  const warmPieces = openPieces({ tenantId, token });
  const { handler } = await load<{ handler: ApiHandler }>(CRYPTO_BUNDLE);
  const limits = Object.keys(process.env).filter((name) => /^(REGISTRY|DATA_KEY)_/.test(name));
  for (const name of limits) process.env[name] = '0';
  const { handler: coldHandler } = await load<{ handler: ApiHandler }>(
    variables.COLD_CRYPTO_BUNDLE,
  );
  return openGroups({
    tenant: { tenantId, token },
    handler,
    coldHandler,
    reference: openReference({
      tenantId,
      session: JSON.parse(variables.SESSION),
      tableName: process.env.TABLE_NAME ?? '',
      keyArn,
    }),
    encryptRaw,
    decryptRaw,
    pieces: warmPieces,
  });
}

const send = (message: Message) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));

const groups = Object.entries(await open());
const samples: Record<string, Record<string, number[]>> = {};
for (const [at, [name, group]] of groups.entries()) {
  await send({ group: name, at, of: groups.length });
  samples[name] = await inTurns(group, Number(variables.ROUNDS));
}
await send({ samples });
process.exit();
