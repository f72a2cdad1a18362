/** What is shown to who does not know the command line yet: help, and what is wrong with a command. */
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { tenantKeysProgram } from '../../../client/command-line/program.ts';
import { run } from './harness.ts';

const withBelow = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(withBelow),
];
const leaves = (program: Command) =>
  withBelow(program).filter(({ commands }) => commands.length === 0);
const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

/** Those of a command's help, each as one line. */
function examplesOf(command: Command): readonly string[] {
  const [, text = ''] = helpOf(command).split('\nExamples:\n');
  return text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The arguments of `tenant-keys` in a line of a shell. */
function argumentsIn(line: string): readonly string[] {
  const [, rest = ''] = /tenant-keys (.*)/.exec(line) ?? [];
  const [own = ''] = rest.split(/\s*(?:[|;)>]|2>| < )/);
  return [...own.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const program = tenantKeysProgram('0');
const commands = leaves(program).map((command) => [pathOf(command), command] as const);

describe('the help of', () => {
  test('the command line names every command, the variables and the exit codes', () => {
    const help = helpOf(tenantKeysProgram('0'));
    for (const one of program.commands) {
      expect(help).toContain(`\n  ${one.name()} `);
    }
    for (const word of ['TENANT_KEYS_URL', 'TENANT_KEYS_TOKEN', 'Exit codes']) {
      expect(help).toContain(word);
    }
    expect(commands.length).toBeGreaterThan(22);
  });

  test.each(commands)('%s says what each argument and option is', (path, command) => {
    expect(command.description()).toMatch(/^[a-z][^.]*[^.\s]$/);
    for (const argument of command.registeredArguments) {
      expect([argument.name(), argument.description]).not.toEqual([argument.name(), '']);
    }
    for (const { flags, description } of command.options) {
      expect([flags, description]).not.toEqual([flags, '']);
    }
    expect(helpOf(command)).toContain(`Usage: ${path}`);
    expect(helpOf(command)).toContain('Global Options:');
  });

  test.each(commands)('%s says of every number what it may be', (_, command) => {
    const numbers = command.options.filter(({ flags }) => /<(n|days)>/.test(flags));
    for (const { flags, description, defaultValue } of numbers) {
      const isSaid = /\d|a number/.test(description) || defaultValue !== undefined;
      expect([flags, isSaid]).toEqual([flags, true]);
    }
  });

  test.each(commands)('%s has examples that the command takes', async (path, command) => {
    const lines = examplesOf(command);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const fresh = tenantKeysProgram('0');
      const ran: string[] = [];
      for (const one of leaves(fresh)) one.action(() => void ran.push(pathOf(one)));
      for (const one of withBelow(fresh))
        one.exitOverride().configureOutput({ writeErr: () => {} });
      await fresh.parseAsync([...argumentsIn(line)], { from: 'user' });
      expect([line, ran]).toEqual([line, [path]]);
    }
  });

  test.each(withBelow(program).map((command) => [pathOf(command), command] as const))(
    '%s has no line that a terminal of 120 columns breaks',
    (_, command) => {
      expect(
        helpOf(command)
          .split('\n')
          .filter((line) => line.length > 120),
      ).toEqual([]);
    },
  );
});

describe('a wrong command', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /command is missing/],
    ['tenant', /unknown command 'tenant'/],
    ['tenants', /command is missing/],
    ['tenants lists', /lists/],
    ['tenants get', /missing required argument 'tenant'/],
    ['tenants get acme globex', /too many arguments/],
    ['tenants list --status GONE', /PROVISIONING/],
    ['tenants onboard acme --rotation-days x', /It must be a whole number/],
    ['encrypt file', /required option '-t, --tenant <id>'/],
    ['encrypt file --tenant', /argument missing/],
    ['--nonsense', /unknown option '--nonsense'/],
  ];

  test.each(wrong)(
    '%s is one line of JSON with --json, wherever that stands',
    async (line, message) => {
      const words = line === '' ? [] : line.split(' ');
      const places =
        words.at(-1) === '--tenant'
          ? [['--json', ...words]]
          : [
              ['--json', ...words],
              [...words, '--json'],
            ];
      for (const args of places) {
        const { code, stdout, stderr } = await run(args);
        expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
        const { error, exitCode } = JSON.parse(stderr);
        expect([exitCode, error]).toEqual([2, expect.stringMatching(message)]);
      }
    },
  );

  test('as text it says where help is; --json after -- is a value', async () => {
    for (const args of [
      ['tenants', 'get'],
      ['tenants', 'get', '--', 'a', '--json'],
    ]) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^error: .*\n\(--help says more\)\n$/);
    }
  });

  test('what is printed has nothing that a terminal obeys', async () => {
    const text = await run(['\u001b[2J\u202e']);
    expect(text.stderr).not.toMatch(/[^\P{C}\n]/u);
    const { stderr } = await run(['\u001b[2J', '--json']);
    expect(stderr).not.toContain('\u001b');
    expect(JSON.parse(stderr).error).toContain('\u001b[2J');
  });
});
