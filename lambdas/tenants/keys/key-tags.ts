/** The tags of a key, by which the product knows its own. KMS compares their names with regard to case. */
import { type KMSClient, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { tenantIdTag } from '../../../contract/tenant-id.ts';
import { ownNames } from '../../stack/own-names.ts';

export type KeyTags = ReadonlyMap<string, string>;

export async function tagsOf(kms: KMSClient, keyArn: string): Promise<KeyTags> {
  // A key has 50 tags at most, which is what KMS gives in one page.
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: keyArn }));
  return new Map(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
}

const { productTag } = ownNames;

/** Another stack's keys are not: their tag has another value. */
export const isProducts = (tags: KeyTags): boolean => tags.get(productTag.key) === productTag.value;

export const isTenants = (tags: KeyTags, tenantId: string): boolean =>
  isProducts(tags) && tags.get(tenantIdTag) === tenantId;
