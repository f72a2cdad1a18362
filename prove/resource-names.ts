/**
 * Names for what a template makes, so that a text about it reads the same in every account: `{TenantTable}/index/keyArn`
 * is an ARN. Invariant: a name stands for one text alone.
 */
import { stackTables, tableArnOf, takenOver } from '../local/template/stack-tables.ts';
import type { Template } from '../local/template/template.ts';

/** What names stand for, by name. */
export type ResourceNames = ReadonlyMap<string, string>;

/** Types that policies of the stack have in a Resource. An ARN of another type stands there as it is. */
const types = [
  'AWS::DynamoDB::Table',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::SQS::Queue',
];

/** @returns the ARN of each resource by its logical id without the hash, and the account, its partition and region */
export function resourceNames(template: Template): ResourceNames {
  const { accountId, region, partition } = template.account;
  const names = types
    .flatMap((type) => template.ofType(type))
    .map(({ logicalId }): [string, string] => [
      logicalId.replace(/[0-9A-F]{8}$/, ''),
      // A log group's own ends with a `:*` for its streams, which a list is to show.
      (template.identity(logicalId).attributes.Arn as string).replace(/:\*$/, ''),
    ]);
  const tables = stackTables
    .filter((table) => takenOver(template, table) !== undefined)
    .map((table) => [table, tableArnOf(template, table)]);
  const all = [
    ...names,
    ...tables,
    ['account', accountId],
    ['region', region],
    ['partition', partition],
  ];
  const found = new Map(all as [string, string][]);
  if (found.size === all.length) return found;
  throw new Error('two resources of the template have the same logical id without its hash');
}

/** Not a variable of a policy, which has a `$` in front. */
const nameInText = /(?<!\$)\{(\w+)\}/g;

/** @returns the value with what the names in it stand for; a name of nothing stays, and is no ARN */
export const withArns = <T>(value: T, names: ResourceNames): T =>
  mapped(value, (text) => text.replace(nameInText, (whole, name) => names.get(name) ?? whole));

/** @throws Error where the names would not give the value back */
export function withNames<T>(value: T, names: ResourceNames): T {
  const { partition = '' } = Object.fromEntries(names);
  const longestFirst = [...names]
    .filter(([name]) => name !== 'partition')
    .sort(([, one], [, other]) => other.length - one.length);
  const named = mapped(value, (text) =>
    longestFirst
      .reduce((before, [name, arn]) => before.replaceAll(arn, `{${name}}`), text)
      .replace(new RegExp(`^arn:${partition}:`), 'arn:{partition}:'),
  );
  if (JSON.stringify(withArns(named, names)) === JSON.stringify(value)) return named;
  throw new Error(`no names for ${JSON.stringify(value)}`);
}

/** The value with each text in it changed. */
const mapped = <T>(value: T, change: (text: string) => string): T =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'string' ? change(one) : one));
