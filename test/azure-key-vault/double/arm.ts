/** What the parts of Azure Resource Manager share. */
import type { AccessTokens, Caller } from './access-tokens.ts';
import type { Attributes } from './condition.ts';
import type { Application, Directory } from './directory.ts';
import type { Rbac } from './rbac.ts';
import { Refusal } from './serve.ts';

export interface Identity {
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly application: Application;
}

export interface IdentityParts {
  readonly directory: Directory;
  readonly entraTenantId: string;
  /** id of the resource group */
  readonly groupId: string;
  /** by lower-case name */
  readonly identities: Map<string, Identity>;
  readonly now: () => number;
  /** how long a federated credential takes to count */
  readonly credentialsMs: () => number;
  readonly trustedIssuer: () => string | undefined;
}

export interface ResourceManagerParts extends IdentityParts {
  readonly tokens: AccessTokens;
  readonly rbac: Rbac;
  readonly vaultId: string;
  /** as GET of the vault shows it */
  readonly vaultProperties: () => object;
  readonly mostAssignments: () => number;
}

/** Who asks, and what it may. */
export interface Asking {
  readonly caller: Caller;
  /** @throws Refusal 403 AuthorizationFailed */
  require(
    action: string,
    scope: string,
    attributes?: { request?: Attributes; resource?: Attributes | undefined },
  ): void;
}

export const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  POST: 'write',
  DELETE: 'delete',
};

/** @returns what of the path follows the id, without case; undefined where it is another's */
export function remainder(path: string, id: string): string | undefined {
  const isOwn = `${path}/`.toLowerCase().startsWith(`${id}/`.toLowerCase());
  return isOwn ? path.slice(id.length) : undefined;
}

export const armRefusal = (status: number, code: string, message: string): Refusal =>
  new Refusal(status, { error: { code, message } });
