/** `rotate` and `rotations`: the material of a tenant's key. */
import type { Command } from 'commander';
import type { Rotation } from '../../tenant-keys.ts';
import { contextOf } from '../context.ts';
import { examples, tenantArgument } from '../help.ts';
import { members, printJson, printLine, table } from '../output.ts';

export function addKeys(program: Command): void {
  program
    .command('rotate')
    .description("rotate a tenant's key now, which KMS does 25 times in its life")
    .argument(...tenantArgument)
    .option(
      '--superseding <key-material-id>',
      'the material that is current now (of `rotations`): the same command again then does nothing more',
    )
    .addHelpText('after', examples('tenant-keys rotate acme', 'tenant-keys rotate acme --json'))
    .action(async (tenantId, { superseding }, command) => {
      const { keys, claims, json, signal } = await contextOf(command);
      const options = { keyMaterialId: superseding, ...claims, signal };
      const started = await keys.tenants.rotate(tenantId, options);
      if (json) return printJson(started);
      printLine(members(started));
    });
  program
    .command('rotations')
    .description("list every material that a tenant's key has had")
    .argument(...tenantArgument)
    .addHelpText('after', examples('tenant-keys rotations acme'))
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
