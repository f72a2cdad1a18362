/**
 * Makes the KMS key of a tenant that is being onboarded. Invariant: before KMS is asked for a key the row says so; where
 * the key's ARN is then never written down, the next holder of the lease searches for that key before it asks for another.
 */
import { isAccessDenied, isNamed, isThrottled } from '../../aws/errors.ts';
import { retry } from '../../aws/retry.ts';
import { type CreatedKey, createKey, finishKey, isNotReadyYet } from '../keys/create-key.ts';
import { findLostKey, requireFreeAlias } from '../keys/key-recovery.ts';
import { requireOwnKey } from '../keys/own-key.ts';
import { answerReserveMs, throttledUntil } from '../registry/lease.ts';
import { keyArnOf } from '../registry/tenant-row.ts';
import {
  type HeldRow,
  type KeyMaking,
  type OnboardingOptions,
  requireTime,
  write,
} from './held-row.ts';

export const kmsKeyMaking: KeyMaking = {
  async recover(held) {
    const { kms, end } = held.options;
    if (held.row.keyArn !== undefined) {
      const patient = { when: isNotReadyYet, until: end - answerReserveMs };
      await retry(() => requireOwnKey(kms, held.row), patient);
      return true;
    }
    const key = await recoverKey(held);
    if (key !== undefined) await writeKey(held, key);
    return key !== undefined;
  },
  make: async (held) => writeKey(held, await makeKey(held)),
  async finish({ options, row }) {
    const { tenantId, rotationPeriodInDays } = row;
    const until = options.end - answerReserveMs;
    await finishKey(options.kms, tenantId, keyArnOf(row), rotationPeriodInDays, until);
  },
};

const writeKey = (held: HeldRow, { arn, createdAt }: CreatedKey): Promise<void> =>
  write(held, { keyArn: arn, keyCreatedAt: createdAt.toISOString(), keyRequestedAt: null });

async function recoverKey({ options, row }: HeldRow): Promise<CreatedKey | undefined> {
  const { kms, end, keyArnPrefix } = options;
  const { tenantId, keyRequestedAt } = row;
  await requireFreeAlias(kms, tenantId);
  if (keyRequestedAt === undefined) return undefined;
  const policy = options.keyPolicyOf(tenantId);
  const lost = { tenantId, requestedAt: keyRequestedAt, policy, keyArnPrefix };
  return findLostKey(kms, lost, await options.knownKeyArns(), end - answerReserveMs);
}

async function makeKey(held: HeldRow<OnboardingOptions>): Promise<CreatedKey> {
  const { options } = held;
  const { tenantId } = held.row;
  await write(held, { keyRequestedAt: new Date().toISOString() });
  requireTime(held);
  const policy = JSON.stringify(options.keyPolicyOf(tenantId));
  try {
    return await createKey(options, tenantId, policy, throttledUntil(options));
  } catch (error) {
    // If this fails, the next holder searches for a key that is not there, which does no harm.
    if (madeNoKey(error)) await write(held, { keyRequestedAt: null }).catch(() => undefined);
    throw error;
  }
}

/** KMS has refused. After a timeout, a lost connection or a 5xx there may be a key. */
const madeNoKey = (error: unknown) =>
  isThrottled(error) ||
  isAccessDenied(error) ||
  isNamed(
    error,
    'LimitExceededException',
    'MalformedPolicyDocumentException',
    'TagException',
    'UnsupportedOperationException',
    'ValidationException',
  );
