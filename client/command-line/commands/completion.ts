/** `completion`: scripts for shells, made of the commands that there are. */
import { Argument, type Command } from 'commander';
import { printLine } from '../output.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('a script that completes commands and options')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(tenant-keys completion bash)\n  tenant-keys completion fish > ~/.config/fish/completions/tenant-keys.fish',
    )
    .action((shell: (typeof shells)[number]) => {
      printLine(shell === 'fish' ? fish(program) : bash(program, shell === 'zsh'));
    });
}

interface Words {
  /** the commands before it, with spaces between */
  readonly path: string;
  readonly words: readonly string[];
}

/** What may come after each command, options of the whole program too. */
function wordsOf(command: Command, path = '', inherited: readonly string[] = []): readonly Words[] {
  const own = command.options.flatMap(({ long }) => (long === undefined ? [] : [long]));
  const options = [...inherited, ...own];
  const names = command.commands.map((one) => one.name());
  const here = { path, words: [...names, ...options, '--help'] };
  const below = command.commands.flatMap((one) =>
    wordsOf(one, `${path} ${one.name()}`.trim(), options),
  );
  return [here, ...below];
}

function bash(program: Command, isZsh: boolean): string {
  const cases = wordsOf(program).map(
    ({ path, words }) => `    '${path}') choices='${words.join(' ')}' ;;`,
  );
  return [
    ...(isZsh ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_tenant_keys() {',
    // In zsh `path` is PATH, and `words` the line that is completed.
    '  local typed= one choices= current="${COMP_WORDS[COMP_CWORD]}"',
    '  for one in "${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do',
    `    case " ${wordsOf(program)
      .flatMap(({ words }) => words.filter((one) => !one.startsWith('-')))
      .join(' ')} " in`,
    '      *" $one "*) typed="${typed:+$typed }$one" ;;',
    '    esac',
    '  done',
    '  case "$typed" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$choices" -- "$current"))',
    '}',
    'complete -o default -F _tenant_keys tenant-keys',
  ].join('\n');
}

function fish(program: Command): string {
  const lines = wordsOf(program).flatMap(({ path, words }) => {
    const names = path.split(' ').filter(Boolean);
    const condition =
      names.length === 0
        ? '__fish_use_subcommand'
        : names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ');
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c tenant-keys -n '${condition}' -l ${word.slice(2)}`
        : `complete -c tenant-keys -n '${condition}' -a ${word}`,
    );
  });
  return lines.join('\n');
}
