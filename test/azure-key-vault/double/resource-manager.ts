/** Azure Resource Manager: each request is decided by the caller's role assignments before anything is looked up. */
import { type Asking, armRefusal, type ResourceManagerParts, remainder, verbs } from './arm.ts';
import { identities } from './managed-identities.ts';
import { roleAssignments } from './role-assignments.ts';
import { type Answer, type Call, Refusal } from './serve.ts';

export const resourceManager =
  (parts: ResourceManagerParts) =>
  (call: Call): Answer => {
    const asking = askingOf(parts, call);
    if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(call.query.get('api-version') ?? ''))
      throw armRefusal(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required for all requests.',
      );
    return (
      roleAssignments(parts, asking, call) ??
      identities(parts, asking, call) ??
      vault(parts, asking, call) ??
      unknown(asking, call)
    );
  };

function askingOf({ tokens, rbac }: ResourceManagerParts, { headers }: Call): Asking {
  const caller = tokens.callerOf(headers.authorization, 'resourceManager');
  if (caller === undefined) {
    const challenge = {
      'WWW-Authenticate':
        'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token"',
    };
    const error = { code: 'AuthenticationFailed', message: 'Authentication failed.' };
    throw new Refusal(401, { error }, challenge);
  }
  return {
    caller,
    require(action, scope, attributes = {}) {
      const { objectId: principalId, clientId } = caller;
      if (rbac.isAllowed({ principalId, action, isData: false, scope, ...attributes })) return;
      throw armRefusal(
        403,
        'AuthorizationFailed',
        `The client '${clientId}' with object id '${principalId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      );
    },
  };
}

/** The vault's own resource, and its keys as resources, which who may write there could make too. */
function vault(
  { vaultId, vaultProperties }: ResourceManagerParts,
  asking: Asking,
  { method, path }: Call,
) {
  const rest = remainder(path, vaultId);
  if (rest === undefined) return undefined;
  const verb = verbs[method] ?? 'action';
  const kind = rest === '' ? 'vaults' : `vaults/${rest.split('/')[1]}`;
  asking.require(`Microsoft.KeyVault/${kind}/${verb}`, path);
  if (rest !== '' || method !== 'GET')
    throw armRefusal(501, 'NotInTheDouble', `The double has no ${method} ${path}.`);
  const body = { id: vaultId, type: 'Microsoft.KeyVault/vaults', properties: vaultProperties() };
  return { status: 200, body };
}

/** What the double does not have is decided all the same: a resource of any type has actions of its type's name. */
function unknown(asking: Asking, { method, path }: Call): never {
  const [, namespace, rest = ''] = /\/providers\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const types = rest.split('/').filter((_, at) => at % 2 === 0);
  if (namespace !== undefined)
    asking.require(`${namespace}/${types.join('/')}/${verbs[method] ?? 'action'}`, path);
  throw armRefusal(404, 'ResourceGroupNotFound', `Resource group of ${path} could not be found.`);
}
