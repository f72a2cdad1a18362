/**
 * Synthesizes for all test files of one run. CDK is loaded once, and outside Jest's module loader, in
 * which that takes seconds for each test file. An assembly without bundles is made once for each context, and
 * copied for whoever asks for it again; nothing outlives the run.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { AssemblyRequest } from './client.ts';

const socket = process.argv[2] as string;

/** CDK is loaded by the first request: many runs have none. */
async function synthesizeFor({ context, folder }: AssemblyRequest): Promise<void> {
  const { synthesize } = await import('../../lib/synthesize.ts');
  // A stack that runs has an issuer of its own in its context.
  if (!('aws:cdk:bundling-stacks' in context)) return void synthesize(context, folder);
  const name = createHash('sha256').update(JSON.stringify(context)).digest('hex');
  const made = join(dirname(socket), name);
  if (!existsSync(join(made, 'manifest.json'))) synthesize(context, made);
  cpSync(made, folder, { recursive: true });
}

const server = createServer((request, response) => {
  json(request)
    .then((body) => synthesizeFor(body as AssemblyRequest))
    .then(
      () => response.writeHead(204).end(),
      (error: Error) => response.writeHead(422).end(error.stack),
    );
});
server.listen(socket, () => process.send?.('ready'));

// Jest has ended, in whichever way; Ctrl-C is for Jest to act on.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => {
  rmSync(dirname(socket), { recursive: true, force: true });
  process.exit(0);
});
