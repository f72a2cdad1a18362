/** The KMS keys that the template itself declares. */
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';
import { readProperties } from '../template/properties.ts';
import { isKept } from '../template/resource-types.ts';
import type { Template } from '../template/template.ts';

const keyProperties = z.strictObject({
  KeyPolicy: z.record(z.string(), z.unknown()),
  Description: z.string().max(8192).optional(),
  KeySpec: z
    .enum(['SYMMETRIC_DEFAULT', 'ECC_NIST_P256', 'ML_DSA_65', 'RSA_2048'])
    .default('SYMMETRIC_DEFAULT'),
  KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY']).default('ENCRYPT_DECRYPT'),
  EnableKeyRotation: z.boolean().default(false),
  RotationPeriodInDays: z.int().min(90).max(2560).default(365),
  PendingWindowInDays: z.int().min(7).max(30).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

const aliasProperties = z.strictObject({
  AliasName: z
    .string()
    .max(256)
    .regex(/^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/),
  TargetKeyId: z.string(),
});

export interface TemplateKey extends z.output<typeof keyProperties> {
  readonly keyId: string;
  readonly aliases: readonly string[];
  /** whether it outlives the stack */
  readonly isKept: boolean;
  readonly keptAliases: readonly string[];
}

export function readKeys(template: Template): TemplateKey[] {
  const aliases = template.ofType('AWS::KMS::Alias').map((resource) => ({
    ...readProperties(resource, aliasProperties),
    isKept: isKept(resource),
  }));
  return template.ofType('AWS::KMS::Key').map((resource) => {
    const { ref: keyId, attributes } = template.identity(resource.logicalId);
    const properties = readProperties(resource, keyProperties);
    requirePossible(resource.logicalId, properties);
    const own = aliases.filter((alias) => [keyId, attributes.Arn].includes(alias.TargetKeyId));
    return {
      ...properties,
      keyId,
      aliases: own.map((alias) => alias.AliasName),
      isKept: isKept(resource),
      keptAliases: own.filter((alias) => alias.isKept).map((alias) => alias.AliasName),
    };
  });
}

/** @throws TemplateError for what CreateKey and EnableKeyRotation would refuse */
function requirePossible(
  logicalId: string,
  { KeySpec, KeyUsage, EnableKeyRotation }: z.output<typeof keyProperties>,
): void {
  if ((KeySpec === 'SYMMETRIC_DEFAULT') !== (KeyUsage === 'ENCRYPT_DECRYPT')) {
    throw new TemplateError(`${logicalId}: a key of spec ${KeySpec} is not for ${KeyUsage} here`);
  }
  if (KeySpec !== 'SYMMETRIC_DEFAULT' && EnableKeyRotation) {
    throw new TemplateError(`${logicalId}: a key of spec ${KeySpec} does not rotate`);
  }
}
