/**
 * The keys of a tenant in the tenant's own AWS accounts, for the data plane. Invariant: the tenant's role there is assumed by the
 * tenant's own session at ours, so that both accounts know the tenant from AWS and not from this function; and a data key that
 * is in memory is used only with a session that is no older than data keys may be: who is not let in any more has no use of it.
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import {
  type ExternalTenant,
  externalId,
  externalRoleArn,
  type KeyArnParts,
  keyArnParts,
} from '../../../contract/external-account.ts';
import { tenantIdTag } from '../../../contract/tenant-id.ts';
import { assumeRole } from '../../aws/assumed-role.ts';
import { callBudget } from '../../aws/call-budget.ts';
import { loggedCalls } from '../../aws/external-account-calls.ts';
import { LruMap } from '../../caching/lru-map.ts';
import type { SessionParts } from '../../sessions/tenant-sessions.ts';
import { kmsKeyring } from '../aws-kms/kms-keyring.ts';
import type { Keyring } from '../keyring.ts';
import { keyringWithProblems } from '../keyring-with-problems.ts';
import { isWithoutAnswer, problemOfExternalError } from './external-problem.ts';
import { type RenewedSession, renewedSession } from './renewed-session.ts';
import { sessionKeyring } from './session-keyring.ts';

export interface ExternalKeysOptions {
  /** ids of the accounts that the configuration has */
  readonly accounts: readonly string[];
  /** for how long a data key, and so a session, counts */
  readonly maxAgeSeconds: number;
  /** whose session it is, and of which stack of ours */
  readonly tenant: Omit<ExternalTenant, 'partition'>;
}

/** The shortest that STS gives (API Reference, AssumeRole). */
const sessionSeconds = 900;
/** A request takes half a minute at most, and clocks differ. */
const longestUseMs = (sessionSeconds - 120) * 1000;

/**
 * @param parts of the tenant's session at ours
 * @returns by ARN of a key, its keyring; undefined for a key in an account that is not configured
 */
export function tenantExternalKeys(
  { accounts, maxAgeSeconds, tenant }: ExternalKeysOptions,
  parts: SessionParts,
): (keyArn: string) => Keyring | undefined {
  const sts = parts.withPlugins(new STSClient(parts.configuration), 'sts');
  sts.middlewareStack.use(loggedCalls('sts', tenant.tenantId));
  const maxAgeMs = Math.min(maxAgeSeconds * 1000, longestUseMs);
  const sessions = new LruMap<string, RenewedSession<Keyring>>(mostKeys);

  /** One a key: a session is of an account, and its client of a region. */
  const sessionOf = (keyArn: string, { partition, region, accountId }: KeyArnParts) => {
    const known = sessions.get(keyArn);
    if (known !== undefined) return known;
    const session = renewedSession({
      open: async () => {
        const credentials = await assumeTheirRole(sts, { ...tenant, partition }, accountId);
        const kms = new KMSClient({ ...parts.configuration, region, credentials });
        kms.middlewareStack.use(callBudget('store'));
        kms.middlewareStack.use(loggedCalls('kms', tenant.tenantId));
        return kmsKeyring(kms, keyArn);
      },
      maxAgeMs,
      isUnavailable: isWithoutAnswer,
    });
    sessions.set(keyArn, session);
    return session;
  };

  return (keyArn) => {
    const at = keyArnParts(keyArn);
    if (at === undefined || !accounts.includes(at.accountId)) return undefined;
    return keyringWithProblems(
      sessionKeyring(sessionOf(keyArn, at), keyArn),
      (error) => problemOfExternalError(error) ?? error,
    );
  };
}

/** A tenant has two while its key is being moved. */
const mostKeys = 2;

/** @throws the SDK's errors */
const assumeTheirRole = (sts: STSClient, tenant: ExternalTenant, accountId: string) =>
  assumeRole(sts, {
    RoleArn: externalRoleArn(tenant, accountId),
    RoleSessionName: tenant.tenantId,
    ExternalId: externalId(tenant),
    DurationSeconds: sessionSeconds,
    Tags: [{ Key: tenantIdTag, Value: tenant.tenantId }],
  });
