/** Who is in Entra: applications and managed identities, and whose tokens each trusts. */
import { randomUUID } from 'node:crypto';
import type { Caller } from './access-tokens.ts';
import { Refusal } from './serve.ts';

export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

export interface Application extends Caller {
  /** by name; `since`: epoch milliseconds from which it counts */
  readonly credentials: Map<string, FederatedCredential & { readonly since: number }>;
}

export interface Directory {
  /** As an administrator makes one, with the credential that lets it in. */
  register(credential?: FederatedCredential): Application;
  find(clientId: string): Application | undefined;
  isPrincipal(objectId: string): boolean;
  remove(clientId: string): void;
}

/** considerations for federated identity credentials: at most so many for an application or identity */
export const mostCredentials = 20;

export function directory(): Directory {
  const applications = new Map<string, Application>();
  return {
    register(credential) {
      const application: Application = {
        clientId: randomUUID(),
        objectId: randomUUID(),
        credentials: new Map(),
      };
      if (credential !== undefined)
        application.credentials.set('given', { ...credential, since: 0 });
      applications.set(application.clientId, application);
      return application;
    },
    find: (clientId) => applications.get(clientId),
    isPrincipal: (objectId) =>
      [...applications.values()].some((application) => application.objectId === objectId),
    remove: (clientId) => void applications.delete(clientId),
  };
}

/** @throws Refusal where issuer and subject are another's of this application, or there is no room */
export function trust(
  { credentials }: Application,
  name: string,
  credential: FederatedCredential,
  since: number,
): boolean {
  const isNew = !credentials.has(name);
  const others = [...credentials].filter(([other]) => other !== name).map(([, one]) => one);
  const isTwice = others.some(
    ({ issuer, subject }) => issuer === credential.issuer && subject === credential.subject,
  );
  if (isTwice) {
    const message =
      'Issuer and subject combination already exists for this Managed Identity. Issuer and subject must be unique.';
    throw new Refusal(409, { error: { code: 'Conflict', message } });
  }
  if (isNew && credentials.size >= mostCredentials) {
    const message = `Too many Federated Identity Credentials: at most ${mostCredentials} are allowed.`;
    throw new Refusal(400, { error: { code: 'BadRequest', message } });
  }
  credentials.set(name, { ...credential, since });
  return isNew;
}
