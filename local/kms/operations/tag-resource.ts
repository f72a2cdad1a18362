import { authorizedKey } from '../access.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName, tags } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { mergedTags, requestTagConditions, requireGoodTags } from '../tags.ts';

const members = { KeyId: keyName, Tags: tags };

export const tagResource = kmsOperation({
  name: 'TagResource',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId', 'Tags'] },
  requestsPerSecond: 10,
  run(account, call, { KeyId, Tags }) {
    requireGoodTags(Tags);
    const conditions = requestTagConditions(Tags);
    const key = authorizedKey(account, call, 'kms:TagResource', KeyId, 'ids', conditions);
    requireNotPendingDeletion(account, key);
    replaceKey(account, { ...key, tags: mergedTags(key.tags, Tags) });
    return {};
  },
});
