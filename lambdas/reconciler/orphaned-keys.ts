/**
 * Keys with the product's tags that no row names: left by an onboarding whose row was removed, or by a lost table.
 * Invariant: such a key is scheduled for deletion only if nothing was ever encrypted with it, by what KMS knows of the
 * key's whole life and says after the key was disabled; and only if it is as the product makes a tenant's key, its
 * policy included, since these cannot be forged as tags can.
 */
import { isDeepStrictEqual } from 'node:util';
import { GetKeyLastUsageCommand, type KeyMetadata, type KMSClient } from '@aws-sdk/client-kms';
import type { FindingOutcome } from '../../contract/findings.ts';
import { tenantId, tenantIdTag } from '../../contract/tenant-id.ts';
import { describeKey, ifKeyIsVisible, policyOf } from '../aws/kms-keys.ts';
import { disableKey, enableKey, scheduleKeyDeletion } from '../tenants/keys/key-state.ts';
import { isProducts, type KeyTags, tagsOf } from '../tenants/keys/key-tags.ts';
import { unlikeTenantKey } from '../tenants/keys/tenant-key.ts';
import { keyArnsOf } from '../tenants/registry/listing.ts';
import { getTenant } from '../tenants/registry/registry.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext, tenantWork } from './context.ts';

const keysAtOnce = 10;
const hourMs = 3_600_000;
/** KMS's longest. */
const windowInDays = 30;
/** With more orphaned keys than named ones, and this many besides, the table is what is wrong. */
const expectedOrphans = 10;

interface OrphanedKey {
  readonly keyArn: string;
  readonly tags: KeyTags;
}

/**
 * @param keyArns of every key of the account, listed before the rows were read
 * @returns whether there was time for all of them
 */
export async function repairOrphanedKeys(
  context: ReconcilerContext,
  keyArns: readonly string[],
): Promise<boolean> {
  const named = await keyArnsOf(context.table, context.tableName);
  const { orphans, complete } = await findOrphans(context, keyArns, named);
  const tableIsSuspect = orphans.length > named.size + expectedOrphans;
  for (const key of orphans) {
    if (Date.now() > context.lastStart) return false;
    await attemptOrReport(context, subjectOf(key), () => repair(context, key, tableIsSuspect));
    await context.findings.flush();
  }
  return complete;
}

/** From a random start, as with the rows. */
async function findOrphans(
  context: ReconcilerContext,
  keyArns: readonly string[],
  named: ReadonlySet<string>,
): Promise<{ orphans: OrphanedKey[]; complete: boolean }> {
  const rest = keyArns.filter((arn) => !named.has(arn));
  const start = Math.floor(Math.random() * rest.length);
  const rotated = [...rest.slice(start), ...rest.slice(0, start)];
  const orphans: OrphanedKey[] = [];
  for (let at = 0; at < rotated.length; at += keysAtOnce) {
    if (Date.now() > context.lastStart) return { orphans, complete: false };
    const some = rotated.slice(at, at + keysAtOnce);
    const found = await Promise.all(
      some.map((keyArn) =>
        attemptOrReport(context, { kind: 'unnamed-key', keyArn }, () =>
          productsKey(context, keyArn),
        ),
      ),
    );
    orphans.push(...found.filter((key) => key !== undefined));
  }
  return { orphans, complete: true };
}

/**
 * @returns undefined for a key that is not the product's, that may not be seen, or that is gone: no finding, since
 *   most keys of an account may have nothing to do with the product
 */
async function productsKey(
  { kms }: ReconcilerContext,
  keyArn: string,
): Promise<OrphanedKey | undefined> {
  const tags = await ifKeyIsVisible(tagsOf(kms, keyArn));
  return tags !== undefined && isProducts(tags) ? { keyArn, tags } : undefined;
}

const subjectOf = ({ keyArn, tags }: OrphanedKey) =>
  ({
    kind: 'unnamed-key',
    tenantId: tenantId.safeParse(tags.get(tenantIdTag)).data,
    keyArn,
  }) as const;

async function repair(
  context: ReconcilerContext,
  key: OrphanedKey,
  tableIsSuspect: boolean,
): Promise<void> {
  const subject = subjectOf(key);
  const add = (outcome: FindingOutcome, detail: string) =>
    context.findings.add({ ...subject, outcome, detail });
  const metadata = await describeKey(context.kms, key.keyArn);
  if (isYoungOrPendingDeletion(context, metadata)) return;
  if (subject.tenantId === undefined) {
    return add('reported', 'No row names the key, and its tags name no tenant.');
  }
  const row = await getTenant(context.table, context.tableName, subject.tenantId);
  if (row !== undefined && mayBeKeyOf(row, key)) return;
  const state = metadata.KeyState;
  const doubt = tableIsSuspect
    ? 'there are more keys without a row than with one, so the table may have lost rows'
    : await doubtOf(context, subject.tenantId, metadata);
  if (doubt !== undefined) {
    return add('reported', `No row names the key, which is ${state}; ${doubt}.`);
  }
  const usedSince = await deleteUnused(context, key.keyArn, state === 'Enabled');
  if (usedSince !== undefined) {
    return add('reported', `No row names the key, which is ${state}; ${usedSince}.`);
  }
  add('repaired', `No row names the key, and it was never used: deleted in ${windowInDays} days.`);
}

/** An onboarding that is not finished may have made the key and not have written its ARN down yet. */
const mayBeKeyOf = (row: TenantRow, { keyArn }: OrphanedKey) =>
  row.keyArn === keyArn || statusRules[row.status].onboarding === 'unfinished';

/** The row of a young key may be about to be written. A key that is pending deletion needs no repair. */
function isYoungOrPendingDeletion({ now }: ReconcilerContext, metadata: KeyMetadata): boolean {
  const ageMs = now() - (metadata.CreationDate?.getTime() ?? Number.POSITIVE_INFINITY);
  return metadata.KeyState === 'PendingDeletion' || ageMs < hourMs;
}

/** @returns why it is not certain that the product made the key and that it was never used */
async function doubtOf(
  context: ReconcilerContext,
  id: string,
  metadata: KeyMetadata,
): Promise<string | undefined> {
  const { Arn: keyArn = '' } = metadata;
  const differences = unlikeTenantKey(metadata, id, context.keyArnPrefix);
  if (differences.length > 0) {
    return `it is not as the product makes one (${differences.join(', ')}), so its tags may be forged`;
  }
  if (!isDeepStrictEqual(await policyOf(context.kms, keyArn), context.keyPolicyOf(id))) {
    return "its policy is not the product's, so its tags may be forged";
  }
  return useOf(context.kms, keyArn);
}

/** @returns why it is not certain that the key was never used */
async function useOf(kms: KMSClient, keyArn: string): Promise<string | undefined> {
  const answer = await kms.send(new GetKeyLastUsageCommand({ KeyId: keyArn }));
  const { KeyLastUsage, TrackingStartDate, KeyCreationDate } = answer;
  const { Operation, Timestamp } = KeyLastUsage ?? {};
  if (Operation !== undefined || Timestamp !== undefined) {
    return `it was used: last for ${Operation} at ${Timestamp?.toISOString()}`;
  }
  const tracked =
    TrackingStartDate !== undefined &&
    KeyCreationDate !== undefined &&
    TrackingStartDate <= KeyCreationDate;
  return tracked ? undefined : 'KMS has not kept track of its uses since it was made';
}

/** @returns why the key was not scheduled for deletion after all: it is then as it was before */
async function deleteUnused(
  context: ReconcilerContext,
  keyArn: string,
  wasEnabled: boolean,
): Promise<string | undefined> {
  const work = tenantWork(context);
  await disableKey(work, keyArn);
  // A disabled key cannot be used: what KMS says of its use now stays true.
  const use = await useOf(context.kms, keyArn);
  if (use === undefined) await scheduleKeyDeletion(work, keyArn, windowInDays);
  else if (wasEnabled) await enableKey(work, keyArn);
  return use;
}
