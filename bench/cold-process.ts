/** A function that has just started, without session, row or data key, and is asked for one thing by many at once. */
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import type { ApiHandler } from '../lambdas/http/api-handler.ts';
import type { ColdVariables } from './calls.ts';
import { apiEvent, jsonBody } from './event.ts';

const variables = process.env as unknown as ColdVariables;
const { TENANT_ID: tenantId, TOKEN: token, CIPHERTEXT: ciphertext } = variables;
const { handler }: { handler: ApiHandler } = await import(
  pathToFileURL(variables.CRYPTO_BUNDLE).href
);
const context = { tenantId, getRemainingTimeInMillis: () => 15_000 } as unknown as Context;
const body = jsonBody({ ciphertext });
const answers = await Promise.all(
  Array.from({ length: Number(variables.CONCURRENT) }, () =>
    handler(apiEvent({ tenantId, token }, 'decrypt', body), context),
  ),
);
process.exit(answers.every(({ statusCode }) => statusCode === 200) ? 0 : 1);
