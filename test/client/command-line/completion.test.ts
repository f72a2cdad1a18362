/** The scripts of `completion`, run by the shells themselves, where they are installed. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from './harness.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  writeFileSync(join(folder, 'a-file'), '');
  for (const shell of shells) {
    const { stdout } = await run(['completion', shell], { cwd: folder });
    writeFileSync(join(folder, `completion.${shell}`), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function isInstalled(shell: Shell): boolean {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`${shell} is not installed: its completion is not tried`);
    return false;
  }
}

async function outputOf(shell: Shell, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' };
  const { stdout } = await promisify(execFile)(shell, args, { cwd: folder, env });
  return stdout;
}

/** A terminal, since zsh completes nowhere else: a tab after each line, and the command keeps its last word. */
const zshTerminal = `
zmodload zsh/zpty
zpty terminal zsh -f -i
zpty -w terminal 'source completion.zsh; bindkey "^I" complete-word'
zpty -w terminal 'tenant-keys() { print -r -- "\${@[-1]}" >> words }; : > words'
until_lines() {
  local output
  repeat 400; do
    [[ -e words ]] && (( $(wc -l < words) >= $1 )) && return
    while zpty -r -t terminal output; do :; done
    sleep 0.05
  done
}
until_lines 0
integer count=0
for line in "$@"; do
  zpty -w terminal "tenant-keys $line"$'\\t'
  until_lines $(( ++count ))
done
cat words
`;

/** @returns what the last word becomes, for each line */
const completed: Record<Shell, (lines: readonly string[]) => Promise<readonly string[]>> = {
  async bash(lines) {
    const script = lines.map((line) => {
      const words = `tenant-keys ${line}`.split(' ');
      return [
        `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`,
        // Where a function gives none, the option -o default has the shell complete files.
        '_tenant_keys; [ ${#COMPREPLY[@]} = 0 ] && COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))',
        'echo "${COMPREPLY[*]}"',
      ].join('\n');
    });
    const out = await outputOf('bash', ['-c', `source completion.bash\n${script.join('\n')}`]);
    return out.trimEnd().split('\n');
  },
  async zsh(lines) {
    writeFileSync(join(folder, 'terminal.zsh'), zshTerminal);
    return (await outputOf('zsh', ['-f', 'terminal.zsh', ...lines])).trimEnd().split('\n');
  },
  async fish(lines) {
    const script = lines.map((line) => `echo (complete -C'tenant-keys ${line}')`);
    const out = await outputOf('fish', ['-c', `source completion.fish\n${script.join('\n')}`]);
    return out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '');
  },
};

const cases = [
  ['ten', 'tenants'],
  ['tenants on', 'onboard'],
  ['tenants onboard acme --dis', '--display-name'],
  ['tenants get keys --u', '--url'],
  ['tenants list --status SUSP', 'SUSPENDED'],
  ['certificate verify a --k', '--keys'],
  ['completion fi', 'fish'],
  ['encrypt --con', '--context'],
  ['encrypt a-', 'a-file'],
] as const;

describe.each(shells)('%s', (shell) => {
  test('completes commands, options, values and files', async () => {
    if (!isInstalled(shell)) return;
    const lines = cases.map(([line]) => line);
    expect(await completed[shell](lines)).toEqual(cases.map(([, word]) => word));
  }, 60_000);
});

test('there is none for another shell', async () => {
  expect((await run(['completion', 'tcsh'], { cwd: folder })).code).toBe(2);
});
