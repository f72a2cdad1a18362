import type { Operation } from '../../aws/operation.ts';

import { authorizeAlias, authorizedKey } from '../access.ts';
import { aliasArn, type KmsAccount } from '../account.ts';
import { notFound } from '../errors.ts';
import { readInput } from '../input.ts';
import { liveAlias } from '../live-keys.ts';
import { aliasName } from '../members.ts';

const shape = { AliasName: aliasName };

export const deleteAlias =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { AliasName: name } = readInput(shape, body);
    authorizeAlias(account, call, 'kms:DeleteAlias', name);
    const alias = liveAlias(account, name);
    if (alias === undefined) throw notFound(`Alias ${aliasArn(account, name)} is not found.`);
    authorizedKey(account, call, 'kms:DeleteAlias', alias.keyId, 'ids');
    account.store.change((draft) => {
      draft.aliases.delete(name);
    });
    return {};
  };
