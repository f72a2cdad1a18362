/**
 * `npm run test:package`: the client and the construct as their users have them. Each is packed, installed in an empty folder, run
 * by Node.js 20 and 24, and compiled by the oldest and the newest TypeScript; publint and @arethetypeswrong/cli look at it.
 * `npm run test:package -- construct` is for one of them. What needs the registry, or a Node.js that is not there, is left out in a
 * line.
 */
import { rmSync } from 'node:fs';
import { folder, hasFailed } from './checks.ts';
import { checkClient } from './client.ts';
import { checkConstruct } from './construct.ts';
import { installTools } from './tools.ts';

const chosen = process.argv.slice(2);
const packages = { client: checkClient, construct: checkConstruct };
try {
  const tools = await installTools();
  for (const [name, check] of Object.entries(packages)) {
    if (chosen.length === 0 || chosen.includes(name)) await check(tools);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = hasFailed() ? 1 : 0;
