/** The custom resources of a template: each a function that CloudFormation calls. */
import { z } from 'zod';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

const properties = z.looseObject({ ServiceToken: z.string() });

export interface CustomResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly functionArn: string;
  /** as CloudFormation hands them over: every value as text */
  readonly properties: Readonly<Record<string, unknown>>;
}

export function readCustomResources(template: Template): CustomResourceDefinition[] {
  return template.ofType('Custom::DeclaredTenant').map((resource) => ({
    logicalId: resource.logicalId,
    type: resource.type,
    functionArn: readProperties(resource, properties).ServiceToken,
    properties: asText(resource.properties) as Readonly<Record<string, unknown>>,
  }));
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
}
