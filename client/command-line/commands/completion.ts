/** `completion`: scripts for shells, made of the commands that there are. */
import { Argument, type Command, type Option } from 'commander';
import { examples } from '../help.ts';
import { printLine } from '../output.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'whose script').choices(shells))
    .addHelpText(
      'after',
      examples(
        'source <(tenant-keys completion bash)',
        "tenant-keys completion zsh > ~/.tenant-keys.zsh; echo 'source ~/.tenant-keys.zsh' >> ~/.zshrc",
        'tenant-keys completion fish > ~/.config/fish/completions/tenant-keys.fish',
      ),
    )
    .action((shell: (typeof shells)[number]) => {
      const places = placesOf(program);
      printLine(shell === 'fish' ? fish(places) : bash(places, shell === 'zsh'));
    });
}

/** What may come where. */
interface Place {
  /** the commands before it, with spaces between */
  readonly path: string;
  readonly commands: readonly Command[];
  /** of its arguments, where only some are possible */
  readonly values: readonly string[];
  /** of the whole program too */
  readonly options: readonly Option[];
}

function placesOf(
  command: Command,
  path = '',
  inherited: readonly Option[] = [],
): readonly Place[] {
  const own = command.options.filter(({ long }) => long !== undefined);
  const options = [...inherited, ...own];
  const { commands } = command;
  const values = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const below = commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`.trim(), options));
  return [{ path, commands, values, options }, ...below];
}

const longOf = ({ long }: Option): string => long ?? '';

function bash(places: readonly Place[], isZsh: boolean): string {
  const words = places.map(({ path, commands, values, options }) => {
    const names = [...commands.map((one) => one.name()), ...values].join(' ');
    return `    '${path}') names='${names}' options='${options.map(longOf).join(' ')} --help' ;;`;
  });
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ argChoices }) => argChoices !== undefined)
      .map((one) => `    '${path} ${longOf(one)}') names='${one.argChoices?.join(' ')}' ;;`),
  );
  const paths = places.map(({ path }) => `'${path}'`).slice(1);
  return [
    ...(isZsh
      ? [
          'autoload -Uz compinit bashcompinit',
          '(( $+functions[compdef] )) || compinit',
          'bashcompinit',
        ]
      : []),
    '_tenant_keys() {',
    // In zsh `path` is PATH, and `words` the line that is completed.
    '  local typed= one names= options= current="${COMP_WORDS[COMP_CWORD]}"',
    '  for one in "${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do',
    '    case "${typed:+$typed }$one" in',
    `      ${paths.join('|')}) typed="\${typed:+$typed }$one" ;;`,
    '    esac',
    '  done',
    '  case "$typed" in',
    ...words,
    '  esac',
    '  case "$typed ${COMP_WORDS[COMP_CWORD - 1]}" in',
    ...values,
    '  esac',
    // Files are completed by the shell where no name is possible.
    '  case "$current" in -*) names="$options" ;; esac',
    '  COMPREPLY=($(compgen -W "$names" -- "$current"))',
    '}',
    'complete -o default -F _tenant_keys tenant-keys',
  ].join('\n');
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, values, options }) => {
    const seen = path.split(' ').filter(Boolean);
    const after = seen.map((name) => `__fish_seen_subcommand_from ${name}`);
    const below = commands.map((one) => one.name()).join(' ');
    const here = below === '' ? after : [...after, `not __fish_seen_subcommand_from ${below}`];
    const add = (condition: readonly string[], rest: string) =>
      `complete -c tenant-keys -n '${condition.join('; and ')}' ${rest}`;
    return [
      ...commands.map((one) => add(here, `-f -a ${one.name()} -d ${quoted(one.description())}`)),
      ...(values.length === 0 ? [] : [add(here, `-f -a '${values.join(' ')}'`)]),
      ...options.map((one) => add(here, fishOption(one))),
    ];
  });
  return ['complete -c tenant-keys -l help', ...lines].join('\n');
}

function fishOption(option: Option): string {
  const { argChoices, description, required } = option;
  const values = argChoices === undefined ? '' : ` -f -a '${argChoices.join(' ')}'`;
  return `-l ${longOf(option).slice(2)}${required ? ' -r' : ''}${values} -d ${quoted(description)}`;
}

/** As fish takes it between single quotes. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
