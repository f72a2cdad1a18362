/** The Lambda functions of a template, and which services may invoke them. */
import { join } from 'node:path';
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';
import { readProperties } from '../template/properties.ts';
import type { Resource } from '../template/resource-types.ts';
import type { Template } from '../template/template.ts';

const functionProperties = z.strictObject({
  FunctionName: z.string().optional(),
  Description: z.string().optional(),
  Runtime: z.literal('nodejs24.x'),
  Handler: z.string(),
  Role: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Timeout: z.number(),
  MemorySize: z.number(),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  TenancyConfig: z.strictObject({ TenantIsolationMode: z.literal('PER_TENANT') }).optional(),
  // Without effect on one machine.
  Architectures: z.unknown().optional(),
  LoggingConfig: z.unknown().optional(),
  TracingConfig: z.unknown().optional(),
  KmsKeyArn: z.unknown().optional(),
  ReservedConcurrentExecutions: z.number().optional(),
  VpcConfig: z.unknown().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

const permissionProperties = z.strictObject({
  Action: z.literal('lambda:InvokeFunction'),
  FunctionName: z.string(),
  // Of anybody else it would have to count beside the identity policies.
  Principal: z.string().regex(/^[a-z0-9.-]+\.amazonaws\.com$/, 'must be a service of AWS'),
  SourceArn: z.string(),
  SourceAccount: z.string().optional(),
});

export interface FunctionDefinition {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** folder of the bundle, and the handler in it as Lambda writes it: `file.export` */
  readonly code: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** whether each tenant gets an execution environment of its own */
  readonly perTenant: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly invokers: readonly Invoker[];
}

/** A resource-based permission of a service. */
export interface Invoker {
  readonly service: string;
  readonly sourceArn: string;
  readonly sourceAccount?: string;
}

/**
 * @param assetFolder gives the folder of an asset by its `S3Key` in the template
 * @returns the functions by ARN
 */
export function readFunctions(
  template: Template,
  assetFolder: (s3Key: string) => string,
): Map<string, FunctionDefinition> {
  const permissions = template
    .ofType('AWS::Lambda::Permission')
    .map((resource) => readProperties(resource, permissionProperties));
  return new Map(
    template.ofType('AWS::Lambda::Function').map((resource) => {
      const definition = readFunction(template, resource, assetFolder);
      const invokers = permissions
        .filter((permission) => [definition.arn, definition.name].includes(permission.FunctionName))
        .map((permission) => ({
          service: permission.Principal,
          sourceArn: permission.SourceArn,
          ...(permission.SourceAccount && { sourceAccount: permission.SourceAccount }),
        }));
      return [definition.arn, { ...definition, invokers }];
    }),
  );
}

function readFunction(
  template: Template,
  resource: Resource,
  assetFolder: (s3Key: string) => string,
): Omit<FunctionDefinition, 'invokers'> {
  const properties = readProperties(resource, functionProperties);
  const { ref: name, attributes } = template.identity(resource.logicalId);
  return {
    arn: attributes.Arn as string,
    name,
    roleArn: properties.Role,
    code: assetFolder(properties.Code.S3Key),
    handler: properties.Handler,
    timeoutSeconds: properties.Timeout,
    memoryMegabytes: properties.MemorySize,
    environment: properties.Environment?.Variables ?? {},
    perTenant: properties.TenancyConfig !== undefined,
    tags: Object.fromEntries(properties.Tags.map((tag) => [tag.Key, tag.Value])),
  };
}

/**
 * @param assemblyFolder folder of the cloud assembly, in which each asset is a folder `asset.<hash>`
 * @returns the `assetFolder` of {@link readFunctions}
 */
export function assetsOf(assemblyFolder: string): (s3Key: string) => string {
  return (s3Key) => {
    const hash = /^([0-9a-f]{64})\.zip$/.exec(s3Key)?.[1];
    if (hash === undefined) throw new TemplateError(`not the key of a bundled asset: ${s3Key}`);
    return join(assemblyFolder, `asset.${hash}`);
  };
}
