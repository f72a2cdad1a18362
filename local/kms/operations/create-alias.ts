import { authorizeAlias, authorizedKey } from '../access.ts';
import { aliasArn, now } from '../account.ts';
import { aliasExists, reservedAlias } from '../errors.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { liveAlias } from '../live-keys.ts';
import { aliasName, targetKeyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { AliasName: aliasName, TargetKeyId: targetKeyName };

export const createAlias = kmsOperation({
  name: 'CreateAlias',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['AliasName', 'TargetKeyId'],
    responseElements: 'key ARN',
  },
  requestsPerSecond: 5,
  run(account, call, { AliasName: name, TargetKeyId }) {
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
  },
});
