/** The Lambda authorizer as API Gateway calls it: its answer is cached by token, and its policy evaluated for each request. */
import { z } from 'zod';
import { authorize } from '../iam/authorize.ts';
import type { Decision } from '../iam/decision.ts';
import { type PolicyDocument, parsePolicy } from '../iam/policy-document.ts';
import { FunctionError } from '../lambda/environment.ts';
import type { Runtime } from '../lambda/runtime.ts';
import type { AuthorizerDefinition } from './authorizer-definition.ts';
import { GatewayRefusal } from './gateway-response.ts';

const cacheLimit = 10_000;

const answer = z.object({
  principalId: z.string(),
  policyDocument: z.record(z.string(), z.unknown()),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

export interface Authorized {
  readonly principalId: string;
  /** `context.authorizer.*` of mappings and functions: strings, as API Gateway makes them */
  readonly context: Readonly<Record<string, string>>;
  readonly policy: PolicyDocument;
}

export interface AuthorizerDecision {
  readonly authorized: Authorized;
  readonly decision: Decision;
}

export type Authorize = (
  definition: AuthorizerDefinition,
  token: string | undefined,
  methodArn: string,
) => Promise<AuthorizerDecision>;

/**
 * The decision may be a refusal, which the caller must answer.
 * @throws GatewayRefusal UNAUTHORIZED, AUTHORIZER_FAILURE or AUTHORIZER_CONFIGURATION_ERROR
 */
export function openAuthorizer(runtime: Runtime): Authorize {
  const cache = new Map<string, { readonly authorized: Authorized; readonly expires: number }>();

  return async (definition, token, methodArn) => {
    if (token === undefined || !(definition.validation?.test(token) ?? true)) {
      throw new GatewayRefusal('UNAUTHORIZED');
    }
    const key = `${definition.id} ${token}`;
    const cached = cache.get(key);
    if (cached !== undefined && cached.expires > Date.now()) {
      return { authorized: cached.authorized, decision: decide(cached.authorized, methodArn) };
    }
    const authorized = await ask(runtime, definition, token, methodArn);
    if (definition.ttlSeconds > 0) {
      cache.delete(key);
      cache.set(key, { authorized, expires: Date.now() + definition.ttlSeconds * 1000 });
      if (cache.size > cacheLimit) cache.delete(cache.keys().next().value as string);
    }
    return { authorized, decision: decide(authorized, methodArn) };
  };
}

async function ask(
  runtime: Runtime,
  definition: AuthorizerDefinition,
  authorizationToken: string,
  methodArn: string,
): Promise<Authorized> {
  const event = { type: 'TOKEN', authorizationToken, methodArn };
  let result: unknown;
  try {
    result = await runtime.invoke(definition.functionArn, event);
  } catch (error) {
    const unauthorized = error instanceof FunctionError && error.message === 'Unauthorized';
    throw new GatewayRefusal(unauthorized ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE');
  }
  const parsed = answer.safeParse(result);
  if (!parsed.success) throw new GatewayRefusal('AUTHORIZER_CONFIGURATION_ERROR');
  const { principalId, policyDocument, context } = parsed.data;
  return {
    principalId,
    context: Object.fromEntries(Object.entries(context).map(([k, v]) => [k, String(v)])),
    policy: readPolicy(policyDocument),
  };
}

function readPolicy(document: unknown): PolicyDocument {
  try {
    return parsePolicy(document, 'policy of the authorizer', 'identity');
  } catch {
    throw new GatewayRefusal('AUTHORIZER_CONFIGURATION_ERROR');
  }
}

function decide({ principalId, policy }: Authorized, methodArn: string): Decision {
  const caller = {
    arn: principalId,
    principalArn: principalId,
    accountId: methodArn.split(':')[4] ?? '',
    userId: principalId,
    tags: {},
    identityPolicies: [policy],
  };
  return authorize(caller, { action: 'execute-api:Invoke', resource: methodArn, context: {} });
}
