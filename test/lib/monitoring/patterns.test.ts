/** Each metric filter of the template against each event of a day: it matches those it is for, and no others. */
import { writeSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parseFilterPattern } from '../../../local/logs/filter-pattern.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';
import { callers, findings, keyRevocations, sessionSeekers } from './callers.ts';
import { beginDay, type Log } from './day.ts';
import { expectedAlarms } from './expected-alarms.ts';
import { manualKeyChanges } from './manual-key-changes.ts';
import {
  everyWatchedChange,
  manualOwnKeyChanges,
  manualStackChanges,
} from './manual-stack-changes.ts';
import { manualTrailChanges } from './manual-trail-changes.ts';
import { ordinaryWork } from './ordinary-work.ts';
import { watchedOf } from './watched.ts';

const context = {
  tenants: [{ tenantId: 'declared' }],
  keyStores: { awsKmsExternal: { accounts: ['222222222222'] } },
};
const document = await synthesizedTemplate(context);
const template = readTemplate({ ...document }, localAccount);
const logicalId = (type: string, prefix: string) =>
  template.ofType(type).find((one) => one.logicalId.startsWith(prefix))?.logicalId as string;
const refOf = (type: string, prefix: string) => template.identity(logicalId(type, prefix)).ref;
const logsOf = (prefix: string) => refOf('AWS::Logs::LogGroup', prefix);

const watched = watchedOf(template);

const logs: readonly (readonly [Log, string])[] = [
  ['indexer', logsOf('AuditIndexer')],
  ['trail', logsOf('AuditTrailLogs')],
  ['access', logsOf('ApiAccessLogs')],
  ['authorizer', logsOf('FunctionsAuthorizer')],
  ['sessionBroker', logsOf('FunctionsSessionBroker')],
  ['crypto', logsOf('FunctionsCrypto')],
  ['reconciler', logsOf('FunctionsReconciler')],
];

const filters = template.ofType('AWS::Logs::MetricFilter').map(({ logicalId: id, properties }) => ({
  name: id.replace(/^Monitoring/, '').replace(/[0-9A-F]{8}$/, ''),
  log: logs.find(([, group]) => group === properties.LogGroupName)?.[0],
  pattern: String(properties.FilterPattern),
  matches: parseFilterPattern(String(properties.FilterPattern)),
}));

async function occurrencesOfADay() {
  const day = await beginDay(template, context);
  try {
    await ordinaryWork(day);
    await manualKeyChanges(day);
    await manualTrailChanges(day, {
      trailArn: template.identity(logicalId('AWS::CloudTrail::Trail', '')).attributes.Arn as string,
      bucket: refOf('AWS::S3::Bucket', 'AuditTrailBucket'),
      logs: logsOf,
      role: (prefix) => refOf('AWS::IAM::Role', prefix),
    });
    await everyWatchedChange(day, watched);
    await manualStackChanges(day, refOf);
    await manualOwnKeyChanges(
      day,
      (prefix) => template.identity(logicalId('AWS::KMS::Key', prefix)).attributes.Arn as string,
    );
    await callers(day);
    await sessionSeekers(day);
    await keyRevocations(day);
    await findings(day);
  } finally {
    await day.close();
  }
  return day.occurrences.map(({ name, lines }) => {
    const matching = filters.filter(({ log, matches }) =>
      lines.some((one) => one.log === log && matches(one.line)),
    );
    return { name, lines, matching: matching.map((filter) => filter.name).sort() };
  });
}

const occurrences = await occurrencesOfADay();

/** Filters that share out names among them differ by a number. */
const kindsOf = (names: readonly string[]) => [
  ...new Set(names.map((name) => name.replace(/\d+$/, ''))),
];
const expected: Readonly<Record<string, readonly string[]>> = {
  ...expectedAlarms,
  ...Object.fromEntries(
    watched.flatMap(({ id, ways }) =>
      ways.flatMap(({ way, filter }) => [
        [`${id} is changed: ${way}`, [filter]],
        [`${id} is changed, and CloudTrail does not say so: ${way}`, [filter]],
      ]),
    ),
  ),
};

// Past Jest's own console, which would print a stack beside each line.
afterAll(() => {
  const width = Math.max(...filters.map(({ name }) => name.length));
  const rows = filters.map(({ name }) => {
    const cells = occurrences.map(({ matching }) => (matching.includes(name) ? 'x' : '.'));
    return `  ${name.padEnd(width)}  ${cells.join('')}`;
  });
  const columns = occurrences.map(
    ({ name, lines, matching }, at) =>
      `  ${String(at + 1).padStart(3)} ${name} (${lines.length}): ${matching.join(', ') || '-'}`,
  );
  writeSync(1, `\nMetric filters, events (lines):\n${columns.join('\n')}\n${rows.join('\n')}\n`);
});

describe('of all metric filters, exactly those match that are for it:', () => {
  test.each(occurrences)('$name', ({ name, matching }) => {
    expect(kindsOf(matching)).toEqual(expected[name] ?? []);
  });

  test('every event that a filter is for has happened', () => {
    const happened = occurrences.map(({ name }) => name);
    expect(Object.keys(expected).filter((name) => !happened.includes(name))).toEqual([]);
  });
});

describe('a metric filter', () => {
  test.each(filters)('$name is on a log of the stack, and something matches it', (filter) => {
    expect(filter.log).toBeDefined();
    expect(occurrences.filter(({ matching }) => matching.includes(filter.name))).not.toEqual([]);
  });
});

/** In the logs of a day, no other line has the other members that these patterns look at. */
const isAboutTheKindOfLine = (condition: string) => condition.startsWith('$.message ');

describe('without any one condition of a pattern the table is another', () => {
  const condition = /\$\.[\w.]+ (?:IS (?:TRUE|FALSE)|NOT EXISTS|!?= "[^"]*")/g;
  const conditions = filters.flatMap((filter) =>
    [...filter.pattern.matchAll(condition)]
      .filter(([text]) => !isAboutTheKindOfLine(text))
      .map(({ 0: text, index }) => ({ filter, text, index, name: filter.name })),
  );

  test.each(conditions)('$name: $text', ({ filter: { log, pattern, name }, text, index }) => {
    // Nothing has this member: the condition always holds, or never does.
    const noticed = ['$.none NOT EXISTS', '$.none IS TRUE'].filter((instead) => {
      const matches = parseFilterPattern(
        pattern.slice(0, index) + instead + pattern.slice(index + text.length),
      );
      return occurrences.some(
        ({ lines, matching }) =>
          lines.some((one) => one.log === log && matches(one.line)) !== matching.includes(name),
      );
    });
    expect(noticed).toHaveLength(2);
  });
});
