import type { Operation } from '../../aws/operation.ts';

import { authorizeAlias, authorizedKey } from '../access.ts';
import { aliasArn, type KmsAccount, now } from '../account.ts';
import { aliasExists, reservedAlias } from '../errors.ts';
import { readInput } from '../input.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { liveAlias } from '../live-keys.ts';
import { aliasName, keyName } from '../members.ts';

const shape = { AliasName: aliasName, TargetKeyId: keyName };

export const createAlias =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { AliasName: name, TargetKeyId } = readInput(shape, body);
    authorizeAlias(account, call, 'kms:CreateAlias', name);
    const key = authorizedKey(account, call, 'kms:CreateAlias', TargetKeyId, 'ids');
    if (name.startsWith('alias/aws/')) throw reservedAlias();
    requireNotPendingDeletion(account, key);
    if (liveAlias(account, name) !== undefined) throw aliasExists(aliasArn(account, name));
    const at = now(account);
    account.store.change((draft) => {
      draft.aliases.set(name, { name, keyId: key.keyId, createdAt: at, updatedAt: at });
    });
    return {};
  };
