/**
 * The control plane: tenants are onboarded, read and listed. No cryptography: its role may administer keys
 * and is denied every use of one.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { attempts } from './aws/attempt.ts';
import { clientConfiguration } from './aws/client.ts';
import { readEnvironment, tenantsEnvironment } from './environment.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { jsonBody } from './http/json-body.ts';
import { tenantNotFound } from './http/problem.ts';
import { json } from './http/response.ts';
import { tenantOfPath } from './http/tenant-of-path.ts';
import { validated } from './http/validated.ts';
import { listQuery, onboardRequest, tenantOf } from './tenant/contract.ts';
import { liveKeyOf } from './tenant/key.ts';
import { keyPolicy } from './tenant/key-policy.ts';
import { keyArnsOf, listTenants } from './tenant/listing.ts';
import { onboard } from './tenant/onboarding.ts';
import { getTenant, openRegistry } from './tenant/registry.ts';

const environment = readEnvironment(tenantsEnvironment);
const tableName = environment.TABLE_NAME;
const kms = new KMSClient(clientConfiguration);
const { requestHandler } = kms.config;
const kmsWithoutRetry = new KMSClient({ ...clientConfiguration, requestHandler, maxAttempts: 1 });
const table = new DynamoDBClient({ ...clientConfiguration, requestHandler });
kms.middlewareStack.use(attempts('kms'));
kmsWithoutRetry.middlewareStack.use(attempts('kms'));
table.middlewareStack.use(attempts('table'));

/** A display name of 256 characters, each written as an escape, and some room. */
const maxBodyBytes = 16 * 1024;

export const handler = apiHandler<'tenants'>({ onboard: put, read, list });

async function put({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const request = jsonBody(event, onboardRequest, { maxBytes: maxBodyBytes, optional: true });
  const holder = randomUUID();
  const { row, created } = await onboard(
    {
      kms,
      kmsWithoutRetry,
      registry: openRegistry(table, tableName, holder),
      holder,
      knownKeyArns: () => keyArnsOf(table, tableName),
      keyPolicyOf,
      rotationPeriodInDays: environment.ROTATION_PERIOD_IN_DAYS,
      end: Date.now() + context.getRemainingTimeInMillis(),
    },
    tenantId,
    request,
  );
  return json(created ? 201 : 200, tenantOf(row));
}

async function read({ event }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const row = await getTenant(table, tableName, tenantId);
  if (row === undefined) throw tenantNotFound();
  const key = row.keyArn === undefined ? undefined : await liveKeyOf(kms, row.keyArn);
  return json(200, { ...tenantOf(row), key });
}

async function list({ event }: ApiRequest) {
  const query = validated(listQuery, queryOf(event), 'query');
  const { rows, nextCursor } = await listTenants(table, tableName, query);
  return json(200, { tenants: rows.map(tenantOf), nextCursor });
}

/** A parameter that is given twice stays a list, which no schema takes. */
function queryOf({ multiValueQueryStringParameters }: APIGatewayProxyEvent) {
  return Object.fromEntries(
    Object.entries(multiValueQueryStringParameters ?? {}).map(([name, values]) => [
      name,
      values?.length === 1 ? values[0] : values,
    ]),
  );
}

function keyPolicyOf(tenantId: string): string {
  return JSON.stringify(
    keyPolicy({
      tenantId,
      partition: environment.PARTITION,
      accountId: environment.ACCOUNT_ID,
      tenantRoleArn: environment.TENANT_ROLE_ARN,
      controlPlaneRoleArn: environment.CONTROL_PLANE_ROLE_ARN,
    }),
  );
}
