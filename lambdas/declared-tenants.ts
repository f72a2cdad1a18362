/**
 * CloudFormation's custom resource Custom::DeclaredTenant: the row of a tenant that the configuration
 * declares. Invariant: it always answers, since CloudFormation waits for it; and it never logs the URL it
 * answers to, whose signature is a credential.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { declaredTenantsEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { answer, type CustomResourceEvent, type Outcome } from './declared-tenants/cfn-response.ts';
import { DeclarationError, declaration, declare } from './declared-tenants/declaration.ts';
import { log } from './observability/log.ts';
import { openRegistry } from './tenants/registry/registry.ts';

const environment = readEnvironment(declaredTenantsEnvironment);
const table = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfiguration));

/** Left for the answer to CloudFormation. */
const reserveInMs = 15_000;

export async function handler(event: CustomResourceEvent, context: Context): Promise<void> {
  const outcome = await outcomeOf(event, context);
  const { RequestType: requestType, LogicalResourceId: resource } = event;
  const level = outcome.status === 'SUCCESS' ? 'INFO' : 'ERROR';
  log(level, { requestId: context.awsRequestId, requestType, resource, ...outcome });
  await answer(event, outcome);
}

async function outcomeOf(event: CustomResourceEvent, context: Context): Promise<Outcome> {
  try {
    // Taken out of the configuration: key and row stay, and the tenant goes on as any other.
    if (event.RequestType === 'Delete') return { status: 'SUCCESS' };
    const declared = declaration(event.ResourceProperties);
    const registry = openRegistry(table, environment.TABLE_NAME, context.awsRequestId);
    await declare(
      registry,
      declared,
      Date.now() + context.getRemainingTimeInMillis() - reserveInMs,
    );
    return { status: 'SUCCESS', physicalResourceId: declared.tenantId };
  } catch (error) {
    if (error instanceof DeclarationError) return { status: 'FAILED', reason: error.message };
    // AWS's own message may name resources, which whoever deploys may see; no row is in it.
    const { name, message } = error as Error;
    return { status: 'FAILED', reason: `${name}: ${message}` };
  }
}
