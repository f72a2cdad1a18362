import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName, tagKeys } from '../members.ts';
import { tagKeyConditions } from '../tags.ts';

const shape = { KeyId: keyName, TagKeys: tagKeys };

/** A tag that the key does not have is no error. */
export const untagResource =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId, TagKeys } = readInput(shape, body);
    const conditions = tagKeyConditions(TagKeys);
    const key = authorizedKey(account, call, 'kms:UntagResource', KeyId, 'ids', conditions);
    requireNotPendingDeletion(account, key);
    const tags = key.tags.filter((tag) => !TagKeys.includes(tag.key));
    replaceKey(account, { ...key, tags });
    return {};
  };
