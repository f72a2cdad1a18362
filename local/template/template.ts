/** A synthesized template as the local stack reads it: resources by type, every value resolved. */
import { type ReferenceScope, resolve, TemplateError } from './intrinsics.ts';
import {
  type Account,
  type Identity,
  parametersOf,
  type Resource,
  resourceTypes,
} from './resource-types.ts';

export interface Template {
  readonly account: Account;
  /** with their intrinsics resolved */
  readonly resources: readonly Resource[];
  /** the resources of a type, with their intrinsics resolved */
  ofType(type: string): readonly Resource[];
  identity(logicalId: string): Identity;
  /** by their names */
  readonly outputs: Readonly<Record<string, string>>;
}

/** @throws TemplateError on a resource type, a section or a function that the stack does not know */
export function readTemplate(
  document: Readonly<Record<string, unknown>>,
  account: Account,
): Template {
  for (const section of ['Conditions', 'Transform', 'Mappings']) {
    if (section in document) throw new TemplateError(`the local stack does not read ${section}`);
  }
  const raw = rawResources(document.Resources);
  const identities = new Map(
    raw.map((resource) => [resource.logicalId, identify(account, resource)] as const),
  );
  const scope = scopeOf(account, identities);
  const resources = raw.map((resource) => ({
    ...resource,
    properties: resolve(resource.properties, scope) as Resource['properties'],
  }));
  return {
    account,
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    identity: (logicalId) => known(identities, logicalId),
    outputs: outputsOf(document.Outputs, scope),
  };
}

const outputsOf = (section: unknown, scope: ReferenceScope): Template['outputs'] =>
  Object.fromEntries(
    Object.entries(section ?? {}).map(([name, { Value }]) => [name, String(resolve(Value, scope))]),
  );

function rawResources(section: unknown): Resource[] {
  return Object.entries(section ?? {}).map(([logicalId, resource]) => ({
    logicalId,
    type: String(resource.Type),
    properties: resource.Properties ?? {},
    ...(resource.DeletionPolicy && { deletionPolicy: String(resource.DeletionPolicy) }),
  }));
}

function identify(account: Account, resource: Resource): Identity {
  const type = resourceTypes[resource.type];
  if (type === undefined) {
    throw new TemplateError(
      `${resource.logicalId}: the local stack does not know the type ${resource.type}; ` +
        'teach local/template/resource-types.ts what it is before it can serve this template',
    );
  }
  return type(account, resource);
}

function scopeOf(account: Account, identities: ReadonlyMap<string, Identity>): ReferenceScope {
  const parameters = parametersOf(account);
  return {
    ref: (name) => parameters[name] ?? known(identities, name).ref,
    attribute: (logicalId, attribute) => {
      const value = known(identities, logicalId).attributes[attribute];
      if (value === undefined) {
        throw new TemplateError(`${logicalId}: the local stack does not know ${attribute}`);
      }
      return value;
    },
  };
}

function known(identities: ReadonlyMap<string, Identity>, logicalId: string): Identity {
  const identity = identities.get(logicalId);
  if (identity === undefined) throw new TemplateError(`nothing in the template is ${logicalId}`);
  return identity;
}
