/** Whose credentials the demo tries: roles, functions and tenants' sessions of the stack. */
import { Lambda } from '@aws-sdk/client-lambda';
import type { Credentials } from '../aws/authentication/credentials.ts';
import type { FunctionDefinition } from '../lambda/template.ts';
import type { LocalStack } from '../stack.ts';
import type { Role } from '../sts/role.ts';
import { tokenFor } from './api.ts';

export const configuration = (stack: LocalStack, credentials: Credentials) => ({
  endpoint: stack.aws,
  region: stack.region,
  credentials,
  maxAttempts: 1,
});

export function roleNamed(stack: LocalStack, part: string): Role {
  const role = [...stack.deployment.roles.values()].find(({ name }) => name.includes(part));
  if (role === undefined) throw new Error(`the template has no role with ${part} in its name`);
  return role;
}

/** @param bundle the name of the function's file in lambdas/ */
export function functionNamed({ deployment }: LocalStack, bundle: string): FunctionDefinition {
  const all = [...deployment.functions.values()];
  const found = all.find(({ handler }) => handler === `${bundle}.handler`);
  if (found === undefined) throw new Error(`the template has no function ${bundle}`);
  return found;
}

/** What code that runs in the data plane's environments finds there. */
export const environmentOf = (stack: LocalStack): Credentials =>
  stack.deployment.issueTo(functionNamed(stack, 'crypto'));

export async function invoked(
  stack: LocalStack,
  credentials: Credentials,
  input: { readonly bundle: string; readonly tenantId?: string; readonly event: object },
) {
  const { bundle, tenantId, event } = input;
  const { Payload, $metadata } = await new Lambda(configuration(stack, credentials)).invoke({
    FunctionName: functionNamed(stack, bundle).name,
    ...(tenantId !== undefined && { TenantId: tenantId }),
    Payload: JSON.stringify(event),
  });
  return {
    answer: JSON.parse(Buffer.from(Payload ?? []).toString('utf8')),
    requestId: $metadata.requestId,
  };
}

/** As the data plane asks, with the caller's token, whomever's session it wants. */
export async function askBroker(stack: LocalStack, caller: string, tenantId = caller) {
  const token = await tokenFor(stack, 'tenant-keys/crypto', caller);
  const event = { plane: 'crypto', token, tenantId };
  return invoked(stack, environmentOf(stack), { bundle: 'session-broker', event });
}

export async function sessionOf(stack: LocalStack, tenantId: string): Promise<Credentials> {
  const { answer } = await askBroker(stack, tenantId);
  const { accessKeyId, secretAccessKey, sessionToken } = answer.credentials;
  return { accessKeyId, secretAccessKey, sessionToken };
}
