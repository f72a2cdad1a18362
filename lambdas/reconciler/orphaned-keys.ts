/**
 * Keys with the product's tags that no row names: left by an onboarding whose row was removed, or by a lost
 * table. Invariant: one is scheduled for deletion only if nothing was ever encrypted with it, KMS knows that for
 * the key's whole life and was asked after the key was disabled; and only if its policy, which a forged tag
 * does not bring along, is the one that the product gave it.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  DescribeKeyCommand,
  GetKeyLastUsageCommand,
  type KeyMetadata,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { FindingOutcome } from '../../contract/findings.ts';
import { tenantId, tenantIdTag } from '../../contract/tenant-id.ts';
import { isAccessDenied, isNamed } from '../aws/errors.ts';
import { disable, enable, scheduleDeletion } from '../tenants/keys/key-state.ts';
import { isProducts, type KeyTags, tagsOf } from '../tenants/keys/key-tags.ts';
import { keyArnsOf } from '../tenants/registry/listing.ts';
import { getTenant } from '../tenants/registry/registry.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attempt, type Run, workOf } from './context.ts';
import { policyOf } from './observe-key.ts';

const sideBySide = 10;
const hourInMs = 3_600_000;
/** KMS's longest. */
const windowInDays = 30;
/** More unnamed keys than named ones, and this many besides: then it is the table that is wrong. */
const unremarkable = 10;

interface Unnamed {
  readonly keyArn: string;
  readonly tags: KeyTags;
}

/**
 * @param keyArns of every key of the account, listed before the rows were read
 * @returns whether it has looked at all of them
 */
export async function mendUnnamedKeys(run: Run, keyArns: readonly string[]): Promise<boolean> {
  const named = await keyArnsOf(run.table, run.tableName);
  const { unnamed, complete } = await withProductsTags(run, keyArns, named);
  const tableIsSuspect = unnamed.length > named.size + unremarkable;
  for (const key of unnamed) {
    if (Date.now() > run.lastStart) return false;
    await attempt(run, aboutOf(key), () => mendUnnamed(run, key, tableIsSuspect));
    await run.findings.flush();
  }
  return complete;
}

/** Begins at a random place, as with the rows. */
async function withProductsTags(
  run: Run,
  keyArns: readonly string[],
  named: ReadonlySet<string>,
): Promise<{ unnamed: Unnamed[]; complete: boolean }> {
  const rest = keyArns.filter((arn) => !named.has(arn));
  const start = Math.floor(Math.random() * rest.length);
  const inTurn = [...rest.slice(start), ...rest.slice(0, start)];
  const unnamed: Unnamed[] = [];
  for (let at = 0; at < inTurn.length; at += sideBySide) {
    if (Date.now() > run.lastStart) return { unnamed, complete: false };
    const some = inTurn.slice(at, at + sideBySide);
    const found = await Promise.all(
      some.map((keyArn) =>
        attempt(run, { kind: 'unnamed-key', keyArn }, () => productsKey(run, keyArn)),
      ),
    );
    unnamed.push(...found.filter((key) => key !== undefined));
  }
  return { unnamed, complete: true };
}

/** @returns undefined for a key of somebody else, one that may not be seen, and one that is gone */
async function productsKey({ kms }: Run, keyArn: string): Promise<Unnamed | undefined> {
  try {
    const tags = await tagsOf(kms, keyArn);
    return isProducts(tags) ? { keyArn, tags } : undefined;
  } catch (error) {
    // Not a finding: many keys of an account are nobody's business of ours.
    if (isAccessDenied(error) || isNamed(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

const aboutOf = ({ keyArn, tags }: Unnamed) =>
  ({
    kind: 'unnamed-key',
    tenantId: tenantId.safeParse(tags.get(tenantIdTag)).data,
    keyArn,
  }) as const;

async function mendUnnamed(run: Run, key: Unnamed, tableIsSuspect: boolean): Promise<void> {
  const about = aboutOf(key);
  const tell = (outcome: FindingOutcome, detail: string) =>
    run.findings.add({ ...about, outcome, detail });
  const { KeyMetadata } = await run.kms.send(new DescribeKeyCommand({ KeyId: key.keyArn }));
  if (isPassing(run, KeyMetadata)) return;
  if (about.tenantId === undefined) {
    return tell('reported', 'No row names the key, and its tags name no tenant.');
  }
  const row = await getTenant(run.table, run.tableName, about.tenantId);
  if (row !== undefined && mayBeItsKey(row, key)) return;
  const state = KeyMetadata?.KeyState;
  const doubt = tableIsSuspect
    ? 'there are more keys without a row than with one, so the table may have lost rows'
    : await doubtOf(run, about.tenantId, key.keyArn);
  if (doubt !== undefined)
    return tell('reported', `No row names the key, which is ${state}; ${doubt}.`);
  const usedSince = await destroy(run, key.keyArn, state === 'Enabled');
  if (usedSince !== undefined) {
    return tell('reported', `No row names the key, which is ${state}; ${usedSince}.`);
  }
  tell('repaired', `No row names the key, and it was never used: deleted in ${windowInDays} days.`);
}

/** An onboarding that is not finished may have made the key, and not have written its ARN down yet. */
const mayBeItsKey = (row: TenantRow, { keyArn }: Unnamed) =>
  row.keyArn === keyArn || statusRules[row.status].onboarding === 'unfinished';

/** Young: its row may be about to be written. Pending deletion: that is the end of it. */
function isPassing({ now }: Run, metadata: KeyMetadata | undefined): boolean {
  const age = now() - (metadata?.CreationDate?.getTime() ?? Number.POSITIVE_INFINITY);
  return metadata?.KeyState === 'PendingDeletion' || age < hourInMs;
}

async function doubtOf(run: Run, id: string, keyArn: string): Promise<string | undefined> {
  if (!isDeepStrictEqual(await policyOf(run.kms, keyArn), run.keyPolicyOf(id))) {
    return "its policy is not the product's, so its tags may be forged";
  }
  return useOf(run.kms, keyArn);
}

/** @returns why the key cannot be taken for one that was never used */
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
async function destroy(run: Run, keyArn: string, wasEnabled: boolean): Promise<string | undefined> {
  const work = { kms: run.kms, end: workOf(run).end };
  await disable(work, keyArn);
  // From here on nobody uses it: what is true now stays true.
  const use = await useOf(run.kms, keyArn);
  if (use === undefined) await scheduleDeletion(work, keyArn, windowInDays);
  else if (wasEnabled) await enable(work, keyArn);
  return use;
}
