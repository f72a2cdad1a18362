/** Tenants amid a change of their key store, though the stack has one store alone: their rows are written by hand. */
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import type { TestStack } from './test-stack.ts';

export type PlantingStack = Pick<TestStack, 'administrator' | 'tableName' | 'client'>;

/** @returns the ARN of another key of the same tenant, with the same policy and tags */
export async function keyLike(stack: PlantingStack, KeyId: string): Promise<string> {
  const { kms } = stack.administrator;
  const { Policy } = await kms.getKeyPolicy({ KeyId });
  const { Tags } = await kms.listResourceTags({ KeyId });
  const Description = (await kms.describeKey({ KeyId })).KeyMetadata?.Description;
  const made = await kms.createKey({ Policy, Tags, Description });
  return made.KeyMetadata?.Arn as string;
}

/** @returns the tenant's row, of which nothing is checked */
export async function readRow(
  { administrator, tableName }: Pick<PlantingStack, 'administrator' | 'tableName'>,
  tenantId: string,
  // biome-ignore lint/suspicious/noExplicitAny: a row that tests write by hand
): Promise<Record<string, any>> {
  const table = DynamoDBDocument.from(administrator.dynamodb);
  const { Item = {} } = await table.get({ TableName: tableName, Key: { tenantId } });
  return Item;
}

/** @returns the row as it is then */
export async function changeRow(
  { administrator, tableName }: Pick<PlantingStack, 'administrator' | 'tableName'>,
  tenantId: string,
  change: object,
): Promise<Record<string, unknown>> {
  const row = await readRow({ administrator, tableName }, tenantId);
  const Item = JSON.parse(JSON.stringify({ ...row, ...change }));
  await DynamoDBDocument.from(administrator.dynamodb).put({ TableName: tableName, Item });
  return Item;
}

const past = () => new Date(Date.now() - 3_600_000).toISOString();

/** Onboards a tenant and gives it a key before, in KMS too, with which nothing was ever done. @returns its ARN */
export async function plantPreviousKey(
  stack: PlantingStack,
  tenantId: string,
  members: object = {},
): Promise<string> {
  const { keyArn: own } = await stack.client.onboard(tenantId);
  const keyArn = await keyLike(stack, own);
  const macKeys = { left: 0, countedAt: new Date().toISOString() };
  const previousKey = { keyStore: 'aws-kms', keyArn, since: past(), macKeys, ...members };
  await changeRow(stack, tenantId, { previousKey });
  return keyArn;
}

/** Onboards a tenant and lets its row say that its key is in Vault, and the one in KMS the key before. */
export async function plantMoved(stack: PlantingStack, tenantId: string): Promise<void> {
  const { keyArn } = await stack.client.onboard(tenantId);
  await changeRow(stack, tenantId, {
    keyStore: 'vault',
    keyName: `tenant-keys/keys/${tenantId}`,
    previousKey: { keyStore: 'aws-kms', keyArn, since: past() },
  });
}
