/** Asks the synthesizer of this run, which Jest's global setup has started. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readAssembly } from '../../local/assembly.ts';

/** The environment variable that names the synthesizer's socket. */
export const socketVariable = 'TENANT_KEYS_TEST_SYNTHESIZER';

export interface AssemblyRequest {
  /** as `synthesize` of `lib/synthesize.ts` takes it */
  readonly context: Readonly<Record<string, unknown>>;
  readonly folder: string;
}

/** @throws Error with what `synthesize` threw */
export async function requestAssembly(
  context: AssemblyRequest['context'],
  folder: string,
): Promise<void> {
  const { status, body } = await post(
    JSON.stringify({ context, folder } satisfies AssemblyRequest),
  );
  if (status !== 204) throw new Error(`the synthesizer: ${body}`);
}

/** @returns the template, without bundles, for tests in which no function runs */
export async function requestTemplate<Template>(
  context: AssemblyRequest['context'],
): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  try {
    await requestAssembly({ ...context, 'aws:cdk:bundling-stacks': [] }, folder);
    return JSON.parse(readAssembly(folder).text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function post(body: string): Promise<{ status: number | undefined; body: string }> {
  const socketPath = process.env[socketVariable];
  return new Promise((resolve, reject) => {
    request({ socketPath, method: 'POST', agent: false }, (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode, body: answer }),
        reject,
      );
    })
      .on('error', reject)
      .end(body);
  });
}
