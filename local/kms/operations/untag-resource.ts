import { authorizedKey } from '../access.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName, tagKeys } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { tagKeyConditions } from '../tags.ts';

const members = { KeyId: keyName, TagKeys: tagKeys };

/** A tag that the key does not have is no error. */
export const untagResource = kmsOperation({
  name: 'UntagResource',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['KeyId', 'TagKeys'],
    responseElements: 'key ARN',
  },
  requestsPerSecond: 5,
  run(account, call, { KeyId, TagKeys }) {
    const conditions = tagKeyConditions(TagKeys);
    const key = authorizedKey(account, call, 'kms:UntagResource', KeyId, 'ids', conditions);
    requireNotPendingDeletion(account, key);
    const tags = key.tags.filter((tag) => !TagKeys.includes(tag.key));
    replaceKey(account, { ...key, tags });
    return {};
  },
});
