/**
 * Isolation as a list of claims: who tries what, and whether AWS lets them. Each claim is tried over
 * the AWS endpoint, with real requests, in each of the situations it names.
 */
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { EventBridge } from '@aws-sdk/client-eventbridge';
import type { KMS } from '@aws-sdk/client-kms';
import type { Lambda } from '@aws-sdk/client-lambda';
import type { STS } from '@aws-sdk/client-sts';
import { authorize, explain } from '../../../local/iam/authorize.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import type { AccessRequest } from '../../../local/iam/decision.ts';
import type { PolicyDocument } from '../../../local/iam/policy-document.ts';

/** An identity's clients. */
export interface Clients {
  readonly kms: KMS;
  readonly sts: STS;
  readonly dynamodb: DynamoDB;
  readonly events: EventBridge;
  readonly lambda: Lambda;
}

export interface Tenant extends Clients {
  readonly tenantId: string;
  readonly keyArn: string;
  /** made with the tenant's own session and context */
  readonly ciphertext: Uint8Array;
  /** the session that reads this tenant's events */
  readonly reader: Clients;
}

/** Every principal that could try something, and what it could try. */
export interface Harness {
  readonly tenants: readonly Tenant[];
  /** a session of the tenant role that carries no tag */
  readonly untagged: Clients;
  /** the session broker, in its function */
  readonly broker: Clients;
  /** of its function */
  readonly brokerArn: string;
  /** the environment of the data plane's function */
  readonly dataPlane: Clients;
  readonly controlPlane: Clients;
  readonly authorizer: Clients;
  readonly reconciler: Clients;
  readonly certificates: Clients;
  readonly declaredTenants: Clients;
  /** the environment of the audit function */
  readonly audit: Clients;
  /** a session of the audit reader role that carries no tag */
  readonly untaggedReader: Clients;
  /** a session that reads all tenants' events */
  readonly allReader: Clients;
  /** the same, with a tenant's tag */
  readonly taggedAllReader: Clients;
  readonly indexer: Clients;
  readonly decryptAnomalies: Clients;
  readonly canary: Clients;
  /** ARNs */
  readonly functionArns: readonly string[];
  /**
   * A function's environment, whose credentials carry the function's ARN.
   * @param name the function's ARN, or the beginning of its logical id
   * @param role the beginning of the logical id of another role, which was passed to the function
   */
  readonly inFunction: (name: string, role?: string) => Clients;
  /** a session of a role outside of any function, by the beginning of the role's logical id */
  readonly outside: (role: string) => Clients;
  /** an administrator of the account: Allow * on * */
  readonly operator: Clients;
  /** an administrator with the first tenant's tag */
  readonly impostor: Clients;
  readonly tableName: string;
  readonly macKeyTableName: string;
  readonly auditTableName: string;
  /** the queue of what the indexer could not write */
  readonly indexerFailuresArn: string;
  readonly tenantRoleArn: string;
  readonly auditReaderRoleArn: string;
  readonly allEventsReaderRoleArn: string;
  readonly productKeyArn: string;
  /** a key of somebody else in the account, without a tag, with AWS's default policy */
  readonly foreignKeyArn: string;
  readonly keyPolicyOf: (tenantId: string) => string;
  /** a session of each role of the template, by the beginning of the role's logical id */
  readonly caller: (role: string) => Caller;
  readonly roleArns: readonly string[];
  readonly productKeyPolicy: PolicyDocument;
  readonly certificateKeyArn: string;
  readonly certificateKeyPolicy: PolicyDocument;
  readonly postQuantumKeyArn: string;
  readonly postQuantumKeyPolicy: PolicyDocument;
  /** of the product's own issuer, the one that signs first; none where the stack has no such issuer */
  readonly issuerKeys: readonly { readonly arn: string; readonly policy: PolicyDocument }[];
  readonly tenantTrustPolicy: PolicyDocument;
  readonly auditReaderTrustPolicy: PolicyDocument;
  readonly administratorPolicies: readonly PolicyDocument[];
}

/**
 * A situation is the stack with some locks taken off, so that those that are left must hold alone:
 * - deployed: nothing is taken off
 * - role-open: the policies of the tenant role and of both roles that read events allow everything; the key
 *   policies are as deployed
 * - key-open: every tenant key has AWS's default policy; the tenant role is as deployed
 * - key-careless: somebody added `Allow kms:*` for the account to every tenant's key policy
 * - role-open-key-careless: both of these mistakes at once
 * - role-open-key-undenied: the role allows everything, and the key policies have lost their Denies
 * - control-open: the control plane's policy allows everything beside its Denies, keys are open
 */
export const situations = [
  'deployed',
  'role-open',
  'key-open',
  'key-careless',
  'role-open-key-careless',
  'role-open-key-undenied',
  'control-open',
] as const;
export type Situation = (typeof situations)[number];

export type CaseOutcome = 'allowed' | 'denied';

export interface Case {
  readonly name: string;
  readonly expected: CaseOutcome;
  readonly situations: readonly Situation[];
  readonly attempt: (harness: Harness) => Promise<unknown>;
}

/** @returns 'denied' for AWS's refusal, undefined for any other error */
export function outcomeOf(error: unknown): 'denied' | undefined {
  const name = error instanceof Error ? error.name : '';
  return name === 'AccessDeniedException' || name === 'AccessDenied' ? 'denied' : undefined;
}

/** @returns how the attempt ended; an error that is no answer of AWS, in its own words */
export const answerOf = (claim: Case, harness: Harness): Promise<string> =>
  claim.attempt(harness).then(
    () => 'allowed',
    (error) => outcomeOf(error) ?? String(error),
  );

export const account = 'us-east-1:111122223333';
/** in another region than the stack's */
export const otherKey =
  'arn:aws:kms:eu-west-1:111122223333:key/5d1b6e0c-0000-4000-8000-000000000000';
export const otherTable = `arn:aws:dynamodb:${account}:table/other`;
export const otherLogs = 'arn:aws:logs:eu-west-1:111122223333:log-group:other:*';

/** What the policies say of a session of the role. */
export const asRole =
  (role: string, action: string, resource: string, context: Record<string, string> = {}) =>
  (harness: Harness): Promise<void> =>
    decide(harness.caller(role), { action, resource, context });

/**
 * Asks the policies themselves, for what no call of the local stack can try: AWS services that act by themselves,
 * other regions, logs.
 * @throws an AccessDenied as AWS's
 */
export async function decide(
  caller: Caller,
  request: AccessRequest,
  resourcePolicy?: PolicyDocument,
): Promise<void> {
  const decision = authorize(caller, request, resourcePolicy);
  if (decision.allowed) return;
  throw Object.assign(new Error(explain(decision)), { name: 'AccessDenied' });
}
