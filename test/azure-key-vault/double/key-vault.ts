/**
 * The data plane of Azure Key Vault, api-version 7.4 (learn.microsoft.com/rest/api/keyvault/keys): each request is decided by the caller's
 * role assignments before the vault says whether there is such a key. Where Microsoft's documents leave open what the
 * service does, this does what is worse for the product, and says so.
 */
import type { Caller } from './access-tokens.ts';
import { keyOperation } from './key-operations.ts';
import { type Answer, type Call, Refusal } from './serve.ts';
import { type Operation, type VaultParts, vaultRefusal } from './vault-parts.ts';

export const keyVault =
  (parts: VaultParts) =>
  async (call: Call): Promise<Answer> => {
    const caller = callerOf(parts, call);
    const operation = operationOf(call);
    const version = call.query.get('api-version') ?? '';
    if (!/^7\.\d(-preview\.\d)?$/.test(version))
      throw vaultRefusal(400, 'BadParameter', 'api-version must be specified');
    try {
      requireAllowed(parts, caller, operation);
      const answer = await keyOperation(parts, operation, call);
      parts.log.add(call, operation, caller, answer);
      return answer;
    } catch (error) {
      if (error instanceof Refusal) parts.log.add(call, operation, caller, error.answer);
      throw error;
    }
  };

function callerOf({ tokens, entraTenantId }: VaultParts, { headers }: Call): Caller {
  const caller = tokens.callerOf(headers.authorization, 'vault');
  if (caller !== undefined) return caller;
  const message = 'AKV10000: Request is missing a Bearer or PoP token.';
  throw new Refusal(
    401,
    { error: { code: 'Unauthorized', message } },
    {
      'WWW-Authenticate': `Bearer authorization="https://login.microsoftonline.com/${entraTenantId}", resource="https://vault.azure.net"`,
    },
  );
}

/** `keys/read` beside an action of a public key: "this operation can be performed by principals with read access". */
const byVerb: Readonly<Record<string, readonly [name: string, ...actions: string[]]>> = {
  create: ['KeyCreate', 'create/action'],
  import: ['KeyImport', 'import/action'],
  get: ['KeyGet', 'read'],
  list: ['KeyList', 'read'],
  versions: ['KeyListVersions', 'read'],
  update: ['KeyUpdate', 'update/action'],
  rotate: ['KeyRotate', 'rotate/action'],
  delete: ['KeyDelete', 'delete'],
  recover: ['KeyRecover', 'recover/action'],
  purge: ['KeyPurge', 'purge/action'],
  backup: ['KeyBackup', 'backup/action'],
  restore: ['KeyRestore', 'restore/action'],
  release: ['KeyRelease', 'release/action'],
  wrapkey: ['KeyWrap', 'wrap/action', 'read'],
  unwrapkey: ['KeyUnwrap', 'unwrap/action'],
  encrypt: ['KeyEncrypt', 'encrypt/action', 'read'],
  decrypt: ['KeyDecrypt', 'decrypt/action'],
  sign: ['KeySign', 'sign/action'],
  verify: ['KeyVerify', 'verify/action', 'read'],
};

function operationOf({ method, path }: Call): Operation {
  const [, collection = '', key, third, fourth] = path.split('/');
  const isPolicy = third === 'rotationpolicy' && fourth === undefined;
  if (collection === 'keys' && key !== undefined && isPolicy) {
    const [name, action] =
      method === 'PUT' ? ['KeyRotationPolicySet', 'write'] : ['KeyRotationPolicyGet', 'read'];
    const actions = [`Microsoft.KeyVault/vaults/keyrotationpolicies/${action}`];
    return { name, actions, collection, key, verb: `${method} rotationpolicy` };
  }
  const [verb, version] = verbOf(method, [collection, key, third, fourth]);
  const known = byVerb[verb];
  if (known === undefined)
    throw vaultRefusal(404, 'NotFound', `The double has no ${method} ${path}.`);
  const [name, ...actions] = known;
  return {
    name: collection === 'deletedkeys' && verb === 'get' ? 'KeyGetDeleted' : name,
    actions: actions.map((action) => `Microsoft.KeyVault/vaults/keys/${action}`),
    collection,
    key,
    version,
    verb,
  };
}

/** A key's version may be left out, and its segment may be there all the same, without a letter. */
function verbOf(
  method: string,
  [collection, key, third, fourth]: readonly (string | undefined)[],
): [verb: string, version?: string] {
  const onDeleted = { GET: 'get', DELETE: 'purge', POST: third ?? '' }[method] ?? '';
  if (collection === 'deletedkeys') return [key === undefined ? 'list' : onDeleted];
  if (collection !== 'keys') return [''];
  if (key === undefined) return [method === 'GET' ? 'list' : ''];
  if (method === 'POST' && key === 'restore') return ['restore'];
  if (method === 'POST') return fourth === undefined ? [third ?? ''] : [fourth, third ?? ''];
  if (method === 'GET') return third === 'versions' ? ['versions'] : ['get', third ?? ''];
  return [{ PUT: 'import', PATCH: 'update', DELETE: 'delete' }[method] ?? '', third ?? ''];
}

function requireAllowed(
  { rbac, vaultId, entraTenantId }: VaultParts,
  { objectId: principalId, clientId }: Caller,
  { actions, key }: Operation,
): void {
  const scope = key === undefined ? vaultId : `${vaultId}/keys/${key}`;
  if (actions.some((action) => rbac.isAllowed({ principalId, action, isData: true, scope })))
    return;
  const words = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: appid=${clientId};oid=${principalId};iss=https://sts.windows.net/${entraTenantId}/`,
    `Action: '${actions[0]}'`,
    `Resource: '${scope.toLowerCase()}'`,
    'Assignment: (not found)',
    'DenyAssignmentId: null',
    'DecisionReason: null ',
    `Vault: ${vaultId.split('/').at(-1)};location=westeurope`,
    '',
  ];
  throw vaultRefusal(403, 'Forbidden', words.join('\r\n'), 'ForbiddenByRbac');
}
