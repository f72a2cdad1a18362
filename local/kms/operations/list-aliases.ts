import { authorizeAccount, findKey } from '../access.ts';
import { aliasArn, epochSeconds, type KmsAccount } from '../account.ts';
import { optional } from '../input.ts';
import { liveKeys, sortedAliases } from '../live-keys.ts';
import { keyName, limit, marker } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { page } from '../pagination.ts';
import type { StoredAlias } from '../stored-key.ts';

const members = { KeyId: optional(keyName), Limit: limit(50), Marker: marker };

export const listAliases = kmsOperation({
  name: 'ListAliases',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId', 'Limit', 'Marker'] },
  requestsPerSecond: 500,
  run(account, call, input) {
    authorizeAccount(call, 'kms:ListAliases');
    const keys =
      input.KeyId === undefined
        ? liveKeys(account)
        : [findKey(account, call, 'kms:ListAliases', input.KeyId, 'ids').key];
    const ids = new Set(keys.map((key) => key.keyId));
    const aliases = sortedAliases(account).filter((alias) => ids.has(alias.keyId));
    const { items, rest } = page(aliases, ({ name }) => name, input.Limit, input.Marker);
    return { Aliases: items.map((alias) => entry(account, alias)), ...rest };
  },
});

const entry = (account: KmsAccount, alias: StoredAlias) => ({
  AliasName: alias.name,
  AliasArn: aliasArn(account, alias.name),
  TargetKeyId: alias.keyId,
  CreationDate: epochSeconds(alias.createdAt),
  LastUpdatedDate: epochSeconds(alias.updatedAt),
});
