/** `rotate` and `rotations`: the material of a tenant's key. */
import type { Command } from 'commander';
import type { Rotation } from '../../tenant-keys.ts';
import { contextOf } from '../context.ts';
import { members, printJson, printLine, table } from '../output.ts';

export function addKeys(program: Command): void {
  program
    .command('rotate')
    .description("rotate a tenant's key now, 25 times in its life")
    .argument('<tenant>')
    .option(
      '--superseding <key-material-id>',
      'the material that is current now: then the same command, again, rotates once',
    )
    .action(async (tenantId, { superseding }, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const options = { keyMaterialId: superseding, ...claims, signal };
      const started = await keys.tenants.rotate(tenantId, options);
      if (json) return printJson(started);
      printLine(members(started));
    });
  program
    .command('rotations')
    .description("every material that a tenant's key has had")
    .argument('<tenant>')
    .action(async (tenantId, _, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const found: Rotation[] = [];
      for await (const rotation of keys.tenants.rotations(tenantId, { ...claims, signal })) {
        found.push(rotation);
      }
      if (json) return printJson(found);
      printLine(table(found, ['keyMaterialId', 'state', 'type', 'rotatedAt']));
    });
}
