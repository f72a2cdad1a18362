/**
 * User-assigned managed identities and their federated credentials, api-version 2023-01-31
 * (learn.microsoft.com/rest/api/managedidentity).
 */

import {
  type Asking,
  armRefusal,
  type Identity,
  type IdentityParts,
  remainder,
  verbs,
} from './arm.ts';
import { type FederatedCredential, trust } from './directory.ts';
import { type Answer, type Call, jsonOf } from './serve.ts';

const provider = 'providers/Microsoft.ManagedIdentity/userAssignedIdentities';

export function identities(parts: IdentityParts, asking: Asking, call: Call): Answer | undefined {
  const rest = remainder(call.path, `${parts.groupId}/${provider}`);
  if (rest === undefined) return undefined;
  const [, name, kind, credential, ...more] = rest.split('/');
  const verb = verbs[call.method] ?? 'action';
  const isCredential = kind?.toLowerCase() === 'federatedidentitycredentials';
  if (more.length > 0 || (kind !== undefined && !isCredential)) return undefined;
  const type = `Microsoft.ManagedIdentity/userAssignedIdentities${isCredential ? '/federatedIdentityCredentials' : ''}`;
  asking.require(`${type}/${verb}`, name === undefined ? parts.groupId : call.path);
  if (name === undefined)
    return list([...parts.identities.values()].map((one) => shown(parts, one)));
  if (isCredential) return credentials(parts, call, name, credential);
  return identity(parts, call, name);
}

const list = (value: readonly object[]): Answer => ({ status: 200, body: { value } });

function identity(parts: IdentityParts, call: Call, name: string): Answer {
  const key = name.toLowerCase();
  const found = parts.identities.get(key);
  if (call.method === 'PUT') return put(parts, call, name, found);
  if (call.method === 'DELETE') {
    if (found === undefined) return { status: 204 };
    parts.identities.delete(key);
    parts.directory.remove(found.application.clientId);
    return { status: 200 };
  }
  if (call.method !== 'GET') throw notInDouble(call);
  return { status: 200, body: shown(parts, found ?? missing(name)) };
}

function put(parts: IdentityParts, call: Call, name: string, found: Identity | undefined): Answer {
  const { location, tags = {} } = jsonOf(call, 'InvalidRequestContent');
  if (typeof location !== 'string')
    throw armRefusal(
      400,
      'LocationRequired',
      'The location property is required for this definition.',
    );
  if (!/^[a-z0-9][\w-]{2,127}$/i.test(name))
    throw armRefusal(400, 'InvalidResourceName', `The name ${name} is no name of an identity.`);
  const application = found?.application ?? parts.directory.register();
  const made = { name, location, tags: tags as Identity['tags'], application };
  parts.identities.set(name.toLowerCase(), made);
  return { status: found === undefined ? 201 : 200, body: shown(parts, made) };
}

const idOf = ({ groupId }: IdentityParts, name: string) => `${groupId}/${provider}/${name}`;

const shown = (parts: IdentityParts, { name, location, tags, application }: Identity) => ({
  id: idOf(parts, name),
  name,
  type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  location,
  tags,
  properties: {
    tenantId: parts.entraTenantId,
    principalId: application.objectId,
    clientId: application.clientId,
  },
});

function credentials(
  parts: IdentityParts,
  call: Call,
  identity: string,
  name: string | undefined,
): Answer {
  const { application } = parts.identities.get(identity.toLowerCase()) ?? missing(identity);
  const show = (name: string, { issuer, subject, audiences }: FederatedCredential) => ({
    id: `${idOf(parts, identity)}/federatedIdentityCredentials/${name}`,
    name,
    type: 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
    properties: { issuer, subject, audiences },
  });
  if (name === undefined)
    return list([...application.credentials].map(([name, one]) => show(name, one)));
  if (call.method === 'PUT') {
    const credential = credentialOf(call);
    requireTrusted(parts, name, credential);
    const isNew = trust(application, name, credential, parts.now() + parts.credentialsMs());
    return { status: isNew ? 201 : 200, body: show(name, credential) };
  }
  const found = application.credentials.get(name);
  if (call.method === 'DELETE') return { status: application.credentials.delete(name) ? 200 : 204 };
  if (call.method !== 'GET') throw notInDouble(call);
  if (found === undefined)
    throw armRefusal(404, 'NotFound', `The federated identity credential '${name}' was not found.`);
  return { status: 200, body: show(name, found) };
}

/** Azure Policy is asked after the roles, and whoever it is who asks. */
function requireTrusted(
  { trustedIssuer }: IdentityParts,
  name: string,
  { issuer }: FederatedCredential,
): void {
  const trusted = trustedIssuer() ?? issuer;
  if (issuer !== trusted)
    throw armRefusal(
      403,
      'RequestDisallowedByPolicy',
      `Resource '${name}' was disallowed by policy.`,
    );
}

/** One audience only: considerations for federated identity credentials. */
function credentialOf(call: Call): FederatedCredential {
  const { properties } = jsonOf(call, 'InvalidRequestContent');
  const { issuer, subject, audiences } = (properties ?? {}) as Partial<FederatedCredential>;
  const isText = (value: unknown) =>
    typeof value === 'string' && value !== '' && value.length <= 600;
  if (!isText(issuer) || !isText(subject) || audiences?.length !== 1 || !isText(audiences[0]))
    throw armRefusal(
      400,
      'BadRequest',
      'Issuer, subject and one audience are required, of 600 characters at most.',
    );
  return { issuer, subject, audiences } as FederatedCredential;
}

function missing(name: string): never {
  throw armRefusal(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/${name}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

const notInDouble = ({ method, path }: Call) =>
  armRefusal(501, 'NotInTheDouble', `The double has no ${method} ${path}.`);
