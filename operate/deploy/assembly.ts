/** What `cdk synth` has written, and is deployed as it is: the template that was looked at is the one that is deployed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepFailure } from '../step.ts';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

export interface Assembly {
  readonly folder: string;
  readonly stackName: string;
  readonly template: Template;
  readonly templateBytes: number;
  /** of the CDK's resources in the account */
  readonly bootstrap: { readonly version: number; readonly parameter: string };
}

interface Artifact {
  readonly type: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly requiresBootstrapStackVersion?: number;
    readonly bootstrapStackVersionSsmParameter?: string;
  };
}

/** @throws StepFailure where it is not an assembly of one stack */
export function readAssembly(folder: string): Assembly {
  const { artifacts } = read(folder, 'manifest.json') as {
    readonly artifacts?: Readonly<Record<string, Artifact>>;
  };
  const stacks = Object.entries(artifacts ?? {}).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  const [only, ...more] = stacks;
  if (only === undefined || more.length > 0) {
    throw new StepFailure(`${folder} has ${stacks.length} stacks, and one is deployed at a time`);
  }
  const [name, { properties = {} }] = only;
  const { templateFile = `${name}.template.json`, stackName = name } = properties;
  const text = readFileSync(join(folder, templateFile));
  return {
    folder,
    stackName,
    template: JSON.parse(text.toString()),
    templateBytes: text.length,
    bootstrap: {
      version: properties.requiresBootstrapStackVersion ?? 0,
      parameter: properties.bootstrapStackVersionSsmParameter ?? '/cdk-bootstrap/hnb659fds/version',
    },
  };
}

function read(folder: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch (error) {
    throw new StepFailure(`${folder} is no assembly of cdk synth: ${(error as Error).message}`);
  }
}

/** @returns the resources of a type, by logical id */
export const ofType = ({ Resources }: Template, type: string): [string, TemplateResource][] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);
