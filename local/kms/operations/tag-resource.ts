import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName, tags } from '../members.ts';
import { mergedTags, requestTagConditions, requireGoodTags } from '../tags.ts';

const shape = { KeyId: keyName, Tags: tags };

export const tagResource =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId, Tags } = readInput(shape, body);
    requireGoodTags(Tags);
    const conditions = requestTagConditions(Tags);
    const key = authorizedKey(account, call, 'kms:TagResource', KeyId, 'ids', conditions);
    requireNotPendingDeletion(account, key);
    replaceKey(account, { ...key, tags: mergedTags(key.tags, Tags) });
    return {};
  };
