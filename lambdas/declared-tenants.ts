/**
 * CloudFormation's custom resource Custom::DeclaredTenant: the row of a tenant that the configuration declares.
 * Invariant: the function always answers, since CloudFormation waits for the answer; and it never logs the URL to
 * which it answers, whose signature is a credential.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { declaredTenantsEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import {
  type CfnResult,
  type CustomResourceEvent,
  sendCfnResponse,
} from './declared-tenants/cfn-response.ts';
import { DeclarationError, declaration, declare } from './declared-tenants/declaration.ts';
import { log } from './observability/log.ts';
import { openRegistry } from './tenants/registry/registry.ts';

const environment = readEnvironment(declaredTenantsEnvironment);
const table = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfiguration));

/** Left for the response to CloudFormation. */
const responseReserveMs = 15_000;

export async function handler(event: CustomResourceEvent, context: Context): Promise<void> {
  const result = await resultOf(event, context);
  const { RequestType: requestType, LogicalResourceId: resource } = event;
  const level = result.status === 'SUCCESS' ? 'INFO' : 'ERROR';
  log(level, { requestId: context.awsRequestId, requestType, resource, ...result });
  await sendCfnResponse(event, result);
}

async function resultOf(event: CustomResourceEvent, context: Context): Promise<CfnResult> {
  try {
    // The tenant was taken out of the configuration: its key and row stay, and it goes on like any other.
    if (event.RequestType === 'Delete') return { status: 'SUCCESS' };
    const declared = declaration(event.ResourceProperties);
    const registry = openRegistry(table, environment.TABLE_NAME, context.awsRequestId);
    await declare(
      registry,
      declared,
      Date.now() + context.getRemainingTimeInMillis() - responseReserveMs,
    );
    return { status: 'SUCCESS', physicalResourceId: declared.tenantId };
  } catch (error) {
    if (error instanceof DeclarationError) return { status: 'FAILED', reason: error.message };
    // AWS's message may name resources, which whoever deploys may see; it quotes no row.
    const { name, message } = error as Error;
    return { status: 'FAILED', reason: `${name}: ${message}` };
  }
}
