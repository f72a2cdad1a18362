import { authorizeAlias, authorizedKey, authorizeKey } from '../access.ts';
import { aliasArn, now } from '../account.ts';
import { notFound } from '../errors.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { lookUp } from '../key-lookup.ts';
import { liveAlias } from '../live-keys.ts';
import { aliasName, targetKeyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const action = 'kms:UpdateAlias';

const members = { AliasName: aliasName, TargetKeyId: targetKeyName };

/** Needs three permissions: on the alias, on the key that it names now and on the key that it will name. */
export const updateAlias = kmsOperation({
  name: 'UpdateAlias',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['AliasName', 'TargetKeyId'],
    responseElements: 'key ARN',
  },
  requestsPerSecond: 5,
  run(account, call, { AliasName: name, TargetKeyId }) {
    authorizeAlias(account, call, action, name);
    const alias = liveAlias(account, name);
    if (alias === undefined) throw notFound(`Alias ${aliasArn(account, name)} is not found.`);
    authorizeKey(call, lookUp(account, alias.keyId, 'ids'), action);
    const key = authorizedKey(account, call, action, TargetKeyId, 'ids');
    // Only the new key's state counts: "Key states of AWS KMS keys", developer guide.
    requireNotPendingDeletion(account, key);
    account.store.change((draft) => {
      draft.aliases.set(name, { ...alias, keyId: key.keyId, updatedAt: now(account) });
    });
    return {};
  },
});
