import type { z } from 'zod';
import { TemplateError } from './intrinsics.ts';
import type { Resource } from './resource-types.ts';

/**
 * @returns the resource's properties as the schema gives them
 * @throws TemplateError for a property that the stack does not know: it may change what is allowed
 */
export function readProperties<S extends z.ZodType>(resource: Resource, schema: S): z.output<S> {
  const result = schema.safeParse(resource.properties);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'properties'}: ${issue.message}`,
  );
  throw new TemplateError(
    `${resource.logicalId} (${resource.type}): the local stack cannot read it: ${issues.join('; ')}`,
  );
}
