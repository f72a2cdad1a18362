import { authorizedKey } from '../access.ts';
import { keyName, limit, marker } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { page } from '../pagination.ts';

const members = { KeyId: keyName, Limit: limit(50), Marker: marker };

export const listResourceTags = kmsOperation({
  name: 'ListResourceTags',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId', 'Limit', 'Marker'] },
  requestsPerSecond: 2000,
  run(account, call, input) {
    const key = authorizedKey(account, call, 'kms:ListResourceTags', input.KeyId, 'ids');
    const tags = key.tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const { items, rest } = page(tags, (tag) => tag.key, input.Limit, input.Marker);
    return { Tags: items.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })), ...rest };
  },
});
