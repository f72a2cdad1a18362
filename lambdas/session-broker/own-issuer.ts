/**
 * The product's own issuer, as the session broker asks it: for a token of a tenant, or of a function of the product. Invariant: whom a
 * token names is never what its caller says: a tenant was checked by its bearer token, and a function is who STS says it is.
 */
import { STSClient } from '@aws-sdk/client-sts';
import type { z } from 'zod/mini';
import type { sessionBrokerEnvironment } from '../../contract/environment.ts';
import {
  type FunctionTokenRequest,
  functionTokenSubject,
  isSignedForBroker,
  type SignedInFunction,
} from '../../contract/function-token.ts';
import { type IdentityTokenRequest, identityTokenSubject } from '../../contract/identity-token.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import { isRefusal, problemOfAwsError } from '../aws/errors.ts';
import { callerIdentityOf } from '../aws/signed-caller-identity.ts';
import type { Ending } from './ending.ts';
import { identityTokens } from './identity-token.ts';

type Environment = z.output<typeof sessionBrokerEnvironment>;

export interface OwnIssuer {
  /** @param request whose bearer token opens a session of the tenant */
  ofTenant(request: IdentityTokenRequest): Promise<Ending>;
  ofFunction(request: FunctionTokenRequest): Promise<Ending>;
}

/**
 * @param brokerName of this function
 * @returns functions that throw the SDK's errors
 * @throws Error where the stack has no key store that takes its tokens
 */
export function ownIssuer(environment: Environment, brokerName: string): OwnIssuer {
  const {
    OWN_ISSUER: issuer,
    OWN_ISSUER_KEY_ARN: keyArn,
    OWN_ISSUER_AUDIENCES: audiences,
    OWN_ISSUER_FUNCTIONS: functions = {},
  } = environment;
  if (issuer === undefined || keyArn === undefined || audiences === undefined) {
    throw new Error('the stack has no issuer of its own');
  }
  const issue = identityTokens({ issuer, keyArn, audiences });
  const sts = new STSClient(clientConfiguration);
  sts.middlewareStack.use(callBudget('sts'));
  return {
    async ofTenant({ tenantId, keyStore }) {
      const subject = identityTokenSubject(tenantId);
      const { identityToken, record } = await issue({ subject, tenantId, keyStore });
      return { answer: { outcome: 'issued', tenantId, identityToken }, ...record };
    },
    async ofFunction({ signed }) {
      if (!isSignedForBroker(signed)) return refused('not-for-broker');
      const principal = await callerIdentityOf(sts, signed, brokerName).catch(signedByNobody);
      if (principal === undefined) return refused('signature');
      const name = functionOf(principal, functions);
      if (name === undefined) return { ...refused('role'), principal };
      const subject = functionTokenSubject(name);
      const { identityToken, record } = await issue({ subject, keyStore: 'vault' });
      return { answer: { outcome: 'issued', function: name, identityToken }, principal, ...record };
    },
  };
}

const refused = (reason: string): Ending => ({ answer: { outcome: 'unauthorized' }, reason });

/** @throws what says nothing of the signature */
function signedByNobody(error: unknown): undefined {
  if (!isRefusal(error) || problemOfAwsError(error)?.status === 503) throw error;
}

/** @param functions ARNs of their roles' sessions, without the sessions' names */
const functionOf = (arn: string, functions: Partial<Record<SignedInFunction, string>>) =>
  (Object.keys(functions) as SignedInFunction[]).find((name) =>
    arn.startsWith(`${functions[name]}/`),
  );
