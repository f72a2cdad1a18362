import type { Operation } from '../../aws/operation.ts';

import { authorizeAlias, authorizedKey, authorizeKey } from '../access.ts';
import { aliasArn, type KmsAccount, now } from '../account.ts';
import { notFound } from '../errors.ts';
import { readInput } from '../input.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { lookUp } from '../key-lookup.ts';
import { liveAlias } from '../live-keys.ts';
import { aliasName, keyName } from '../members.ts';

const shape = { AliasName: aliasName, TargetKeyId: keyName };
const action = 'kms:UpdateAlias';

/** Three permissions: on the alias, on the key that it names and on the one that it is to name. */
export const updateAlias =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { AliasName: name, TargetKeyId } = readInput(shape, body);
    authorizeAlias(account, call, action, name);
    const alias = liveAlias(account, name);
    if (alias === undefined) throw notFound(`Alias ${aliasArn(account, name)} is not found.`);
    const { key: present } = lookUp(account, call, action, alias.keyId, 'ids');
    authorizeKey(account, call, { key: present }, action);
    const key = authorizedKey(account, call, action, TargetKeyId, 'ids');
    // Only the new key's state counts: "Key states of AWS KMS keys", developer guide.
    requireNotPendingDeletion(account, key);
    account.store.change((draft) => {
      draft.aliases.set(name, { ...alias, keyId: key.keyId, updatedAt: now(account) });
    });
    return {};
  };
