/**
 * A key in an account of the tenant's own, before it becomes the tenant's: whose it is, where it is, and whether it passes the
 * challenge. Invariant: nothing is written here, and nobody is asked about a key that another tenant has, or had.
 */
import { keyArnParts } from '../../../contract/external-account.ts';
import { type ChallengeCheck, withRemedy } from '../../../contract/external-challenge.ts';
import { badRequest, externalKeyRefused, keyNotReady } from '../../../contract/problem.ts';
import type { TenantWork } from '../keys/key-state.ts';

export interface ExternalKeyWork extends TenantWork {
  readonly partition: string;
  readonly region: string;
  /** ids of those in which tenants may have keys, our own not among them */
  readonly accounts: readonly string[];
  /** @returns ARNs of the keys that rows name, but for that of the tenant */
  readonly knownKeyArns: (except: string) => Promise<ReadonlySet<string>>;
  readonly challenge: (keyArn: string) => Promise<{
    readonly failed: readonly ChallengeCheck[];
    readonly keyCreatedAt: string | undefined;
  }>;
}

/** As a row names it. */
export interface ExternalKey {
  readonly keyStore: 'aws-kms-external';
  readonly keyName: string;
  readonly keyCreatedAt?: string;
}

/** @throws Problem 400 for a key elsewhere, or another tenant's; 409 where the key is refused, 503 where nobody can say */
export async function provenKey(
  work: ExternalKeyWork,
  tenantId: string,
  keyArn: string,
): Promise<ExternalKey> {
  requireElsewhere(keyArn, work);
  // Its events would be of two tenants, and each could use what is the other's.
  if ((await work.knownKeyArns(tenantId)).has(keyArn))
    throw badRequest('keyArn: is the key of another tenant, or was; each tenant needs its own');
  const { failed, keyCreatedAt } = await work.challenge(keyArn);
  if (failed.length > 0) throw externalKeyRefused(failed.map(withRemedy).join('; '));
  if (Date.now() > work.end) throw keyNotReady(5);
  const key = { keyStore: 'aws-kms-external', keyName: keyArn } as const;
  return keyCreatedAt === undefined ? key : { ...key, keyCreatedAt };
}

/** A message names the key by its ARN, and functions ask KMS of their own region. */
function requireElsewhere(
  keyArn: string,
  { partition, region, accounts }: Pick<ExternalKeyWork, 'partition' | 'region' | 'accounts'>,
): void {
  const key = keyArnParts(keyArn);
  if (key?.partition !== partition || key.region !== region)
    throw badRequest(`keyArn: must be of a key in ${region}, the region of the API`);
  if (!accounts.includes(key.accountId))
    throw badRequest(
      'keyArn: must be of a key in an account that the stack is configured with; GET /key-stores lists them',
    );
}
