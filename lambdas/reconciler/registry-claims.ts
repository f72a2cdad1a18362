/**
 * Rows that contradict each other, or KMS: two that name one key, and one at its end whose key is there. Invariant:
 * only reported. Which row is right is for a person to decide; until then no key that two rows name is scheduled for
 * deletion.
 */
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { tenantId } from '../../contract/tenant-id.ts';
import { tenantStatus } from '../../contract/tenant-status.ts';
import { describeKey, ifKeyIsVisible } from '../aws/kms-keys.ts';
import { keyArnPaths, keyArnsIn } from '../tenants/registry/listing.ts';
import { statusRules } from '../tenants/registry/status.ts';
import { keyArn } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext } from './context.ts';

/** The rest of the row may be as invalid as it likes: it names its keys all the same. */
const claim = z.object({
  tenantId: z.catch(z.optional(tenantId), undefined),
  status: z.catch(z.optional(tenantStatus), undefined),
});
type Claim = z.output<typeof claim>;

/** The claims of each key that a row names, by the key's ARN. */
export type RegistryClaims = ReadonlyMap<string, readonly Claim[]>;

/** As many as a finding names. */
const shownTenants = 10;

export async function readClaims(
  client: DynamoDBDocumentClient,
  tableName: string,
): Promise<RegistryClaims> {
  const claims = new Map<string, Claim[]>();
  const input = {
    TableName: tableName,
    ConsistentRead: true,
    ProjectionExpression: `tenantId, #status, ${keyArnPaths}`,
    ExpressionAttributeNames: { '#status': 'status' },
  };
  for await (const { Items = [] } of paginateScan({ client }, input)) {
    for (const item of Items) {
      const claimed = claim.parse(item);
      const named = [...keyArnsIn(item)].filter((arn) => keyArn.safeParse(arn).success);
      for (const arn of named) {
        const others = claims.get(arn);
        if (others === undefined) claims.set(arn, [claimed]);
        else others.push(claimed);
      }
    }
  }
  return claims;
}

/** @returns the ARNs of the keys that more than one row names */
export const sharedKeysOf = (claims: RegistryClaims): ReadonlySet<string> =>
  new Set([...claims].filter(([, { length }]) => length > 1).map(([arn]) => arn));

/** @param keyArns of every key of the account, listed before the rows were read */
export async function reportClaims(
  context: ReconcilerContext,
  claims: RegistryClaims,
  keyArns: readonly string[],
): Promise<void> {
  for (const [arn, claimed] of claims) if (claimed.length > 1) reportShared(context, arn, claimed);
  for (const arn of keyArns) {
    const ended = (claims.get(arn) ?? []).filter(isAtItsEnd);
    if (ended.length > 0 && Date.now() < context.lastStart) await reportLiving(context, arn, ended);
  }
  await context.findings.flush();
}

function reportShared({ findings }: ReconcilerContext, arn: string, claims: readonly Claim[]) {
  const names = claims.map((one) => one.tenantId ?? 'no tenant id').sort();
  const shown = names.slice(0, shownTenants).join(', ');
  const more = names.length > shownTenants ? ` and ${names.length - shownTenants} more` : '';
  const detail = `${names.length} rows name the key: ${shown}${more}. It is not scheduled for deletion.`;
  findings.add({ kind: 'key-shared', outcome: 'reported', keyArn: arn, detail });
}

const isAtItsEnd = ({ status }: Claim) =>
  status !== undefined && statusRules[status].keyDeletion === 'done';

/** KMS's list may show a key for a moment after its deletion. */
async function reportLiving(context: ReconcilerContext, keyArn: string, claims: readonly Claim[]) {
  for (const { tenantId } of claims) {
    const subject = { kind: 'key-not-erased', tenantId, keyArn } as const;
    await attemptOrReport(context, subject, async () => {
      const key = await ifKeyIsVisible(describeKey(context.kms, keyArn));
      if (key === undefined) return;
      const detail = `The tenant is ERASED, and KMS has the key: ${key.KeyState}.`;
      context.findings.add({ ...subject, outcome: 'reported', detail });
    });
  }
}
