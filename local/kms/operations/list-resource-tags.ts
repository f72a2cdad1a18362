import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { keyName, limit, marker } from '../members.ts';
import { page } from '../pagination.ts';

const shape = { KeyId: keyName, Limit: limit(50), Marker: marker };

export const listResourceTags =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:ListResourceTags', input.KeyId, 'ids');
    const tags = key.tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const { items, rest } = page(tags, (tag) => tag.key, input.Limit, input.Marker);
    return { Tags: items.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })), ...rest };
  };
