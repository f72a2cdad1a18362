/** The KMS keys that the template itself declares. */
import { z } from 'zod';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

const keyProperties = z.strictObject({
  KeyPolicy: z.record(z.string(), z.unknown()),
  Description: z.string().optional(),
  EnableKeyRotation: z.boolean().default(false),
  RotationPeriodInDays: z.number().default(365),
  PendingWindowInDays: z.number().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

const aliasProperties = z.strictObject({ AliasName: z.string(), TargetKeyId: z.string() });

export interface DeclaredKey extends z.output<typeof keyProperties> {
  readonly keyId: string;
  readonly aliases: readonly string[];
}

export function readKeys(template: Template): DeclaredKey[] {
  const aliases = template
    .ofType('AWS::KMS::Alias')
    .map((resource) => readProperties(resource, aliasProperties));
  return template.ofType('AWS::KMS::Key').map((resource) => {
    const { ref: keyId, attributes } = template.identity(resource.logicalId);
    const own = aliases.filter((alias) => [keyId, attributes.Arn].includes(alias.TargetKeyId));
    return {
      ...readProperties(resource, keyProperties),
      keyId,
      aliases: own.map((alias) => alias.AliasName),
    };
  });
}
