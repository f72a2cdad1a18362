/** The synthesized template, its resources and its policies. */
import { requestTemplate } from '../synthesizer/client.ts';

/** The keys that have no default. Without bundles, since no function runs in these tests. */
export const context = {
  issuer: 'https://id.example.com',
  audience: 'tenant-keys',
  'aws:cdk:bundling-stacks': [],
};

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into the properties that it is about
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
  readonly Metadata?: Readonly<Record<string, string>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Parameters: Readonly<Record<string, unknown>>;
}

export const synthesizedTemplate = (
  extra: Readonly<Record<string, unknown>> = {},
): Promise<Template> => requestTemplate<Template>({ ...context, ...extra });

/** Whether it is docs/openapi.json, which the template holds for API Gateway to give. */
export const isDocument = (value: unknown): boolean =>
  typeof value === 'string' && value.startsWith('{"openapi":');

/** @returns the template as text, without the examples and explanations of docs/openapi.json */
export const textOf = (template: Template): string =>
  JSON.stringify(template, (_, value: unknown) => (isDocument(value) ? undefined : value));

export function resourcesOf(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** @returns the only resource of the type whose logical id begins so */
export function resource(template: Template, type: string, prefix = ''): [string, Resource] {
  const found = resourcesOf(template, type).filter(([id]) => id.startsWith(prefix));
  if (found.length !== 1) throw new Error(`${found.length} resources of ${type} are ${prefix}...`);
  return found[0] as [string, Resource];
}

/** Every policy document of the template by the name of what it is attached to. */
export function documentsOf(template: Template): [string, readonly Statement[]][] {
  return Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
    [
      Properties?.AssumeRolePolicyDocument,
      Properties?.PolicyDocument,
      Properties?.KeyPolicy,
      ...(Properties?.Policies ?? []).map(
        (policy: { PolicyDocument: unknown }) => policy.PolicyDocument,
      ),
    ]
      .filter((document) => document !== undefined)
      .map((document): [string, readonly Statement[]] => [id, document.Statement]),
  );
}

/** @returns the permissions of the role whose logical id begins so, inline and attached */
export function permissionsOf(template: Template, prefix: string): readonly Statement[] {
  const [roleId, role] = resource(template, 'AWS::IAM::Role', prefix);
  const attached = resourcesOf(template, 'AWS::IAM::Policy')
    .map(([, policy]) => policy.Properties)
    .filter(({ Roles }) => JSON.stringify(Roles) === JSON.stringify([{ Ref: roleId }]));
  return [...(role.Properties.Policies ?? []), ...attached].flatMap(
    (policy) => policy.PolicyDocument.Statement,
  );
}

/** @returns the only statement of that name */
export function named(statements: readonly Statement[], sid: string): Statement {
  const found = statements.filter((statement) => statement.Sid === sid);
  if (found.length !== 1) throw new Error(`${found.length} statements are called ${sid}`);
  return found[0] as Statement;
}

/** An ARN of the stack's own account and region, as the template writes it. */
export const ownArn = (service: string, rest: string, ...more: readonly unknown[]) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      `:${service}:`,
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:${rest}`,
      ...more,
    ],
  ],
});

/** ARN of the trail of a stack of that name. */
export const trailArnOf = (name: string) =>
  ownArn('cloudtrail', `trail/${name}-`, { Ref: 'AWS::Region' }, '-trail');

export const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

/** @returns the ARN of the only resource of the type whose id begins so, as the template refers to it */
export const arnOf = (template: Template, type: string, prefix: string) => ({
  'Fn::GetAtt': [resource(template, type, prefix)[0], 'Arn'],
});

export const sids = (statements: readonly Statement[]) => statements.map(({ Sid }) => Sid);
