import { authorizeAlias, authorizedKey } from '../access.ts';
import { aliasArn } from '../account.ts';
import { notFound } from '../errors.ts';
import { liveAlias } from '../live-keys.ts';
import { aliasName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { AliasName: aliasName };

export const deleteAlias = kmsOperation({
  name: 'DeleteAlias',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['AliasName'],
    responseElements: 'key ARN',
  },
  requestsPerSecond: 15,
  run(account, call, { AliasName: name }) {
    authorizeAlias(account, call, 'kms:DeleteAlias', name);
    const alias = liveAlias(account, name);
    if (alias === undefined) throw notFound(`Alias ${aliasArn(account, name)} is not found.`);
    authorizedKey(account, call, 'kms:DeleteAlias', alias.keyId, 'ids');
    account.store.change((draft) => {
      draft.aliases.delete(name);
    });
    return {};
  },
});
