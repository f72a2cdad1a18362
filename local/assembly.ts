/** The stack in a cloud assembly, as `lib/synthesize.ts` or the CDK CLI writes one. Needs no CDK to be loaded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const stackType = 'aws:cloudformation:stack';

const manifest = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional() }).optional(),
    }),
  ),
});

export interface AssembledStack {
  readonly stackName: string;
  /** the template as JSON */
  readonly text: string;
}

/** @throws Error where the folder has no assembly, or not one stack */
export function readAssembly(folder: string): AssembledStack {
  const { artifacts } = manifest.parse(
    JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
  );
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === stackType);
  const [[stackName, { properties }] = [undefined, {}], ...others] = stacks;
  const file = properties?.templateFile;
  if (stackName === undefined || file === undefined || others.length > 0) {
    throw new Error(`${folder} has ${stacks.length} stacks, and should have one`);
  }
  return { stackName, text: readFileSync(join(folder, file), 'utf8') };
}
