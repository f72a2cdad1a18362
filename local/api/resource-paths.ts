/** The paths of a template's API. */
import { z } from 'zod';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';

const resource = z.strictObject({
  RestApiId: z.string(),
  ParentId: z.string(),
  PathPart: z.string(),
});

/** @returns resource id -> path */
export function resourcePaths(template: Template): Map<string, string> {
  const parts = new Map(
    template.ofType('AWS::ApiGateway::Resource').map((declared) => {
      const { ParentId, PathPart } = readProperties(declared, resource);
      return [template.identity(declared.logicalId).ref, { ParentId, PathPart }] as const;
    }),
  );
  const pathOf = (id: string): string => {
    const part = parts.get(id);
    return part === undefined ? '' : `${pathOf(part.ParentId)}/${part.PathPart}`;
  };
  return new Map([...parts.keys()].map((id) => [id, pathOf(id)]));
}
