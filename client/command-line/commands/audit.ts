/** `audit`: who did what, when, and what was refused. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { AuditEvent } from '../../tenant-keys.ts';
import { type CommandContext, contextOf, wholeNumber } from '../context.ts';
import { CommandError } from '../failure.ts';
import { examples } from '../help.ts';
import { line, printJsonLine, printLine, type Row, table } from '../output.ts';

interface AuditOptions {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: AuditEvent['kind'];
  readonly outcome?: AuditEvent['outcome'];
  readonly operation?: string;
  readonly principal?: string;
  readonly by?: string;
  readonly routine?: boolean;
  readonly newest?: boolean;
  readonly count: number;
  readonly follow?: boolean;
}

const columns = ['time', 'kind', 'outcome', 'operation', 'principal', 'actor', 'from'] as const;
const columnsOf = (tenantId: string | undefined) =>
  tenantId === undefined ? (['tenantId', ...columns] as const) : columns;
const kinds = ['kms', 'request', 'attempt'] as const;
const outcomes = ['succeeded', 'refused', 'failed'] as const;
const pollMs = 5000;
/** Events come minutes late: so far back they are looked for again. */
const lateMs = 20 * 60_000;

export function addAudit(program: Command): void {
  program
    .command('audit')
    .description(
      "show who used a tenant's key and the API, and what was refused; events come minutes late",
    )
    .argument('[tenant]', 'without it every tenant, and what is about none')
    .option('--from <time>', 'from this moment on, such as 2026-11-01T00:00:00Z')
    .option('--to <time>', 'what was before this moment; --follow ends there')
    .addOption(
      new Option(
        '--kind <kind>',
        'calls of the key, in whichever store, requests of the API, or what it let nobody do',
      ).choices(kinds),
    )
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(outcomes))
    .option('--operation <name>', 'such as decrypt or GenerateDataKey')
    .option('--principal <name>', "the token's subject, or the ARN of a role")
    .option('--by <actor>', 'on whose behalf, as the caller claimed')
    .option('--routine', "also the product's own routine reads")
    .option('--newest', 'newest first')
    .option('-n, --count <n>', 'how many events at most; with --follow all', wholeNumber, 100)
    .option('-F, --follow', 'go on as events come, every 5 seconds, until --to or Ctrl-C')
    .addHelpText(
      'after',
      examples(
        'tenant-keys audit acme --outcome refused --newest',
        'tenant-keys audit acme --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --count 100000 --json',
        'tenant-keys audit acme --follow --json | jq .operation',
        'tenant-keys audit --outcome refused --newest',
      ),
    )
    .action(async (tenantId: string | undefined, options: AuditOptions, command) => {
      const context = await contextOf(command);
      if (options.follow === true) return follow(context, tenantId, options);
      const events: AuditEvent[] = [];
      for await (const event of read(context, tenantId, options)) {
        if (context.json) printJsonLine(event);
        else events.push(event);
        if (events.length === options.count) break;
      }
      if (context.json) return;
      printLine(
        events.length === 0
          ? 'There are no such events.'
          : table(events.map(row), columnsOf(tenantId)),
      );
    });
}

async function* read(
  { keys, claims, signal }: CommandContext,
  tenantId: string | undefined,
  options: AuditOptions,
) {
  const { from, to, kind, outcome, operation, principal, by, routine, newest, count } = options;
  const order = newest === true ? ('newest' as const) : ('oldest' as const);
  const filters = { kind, outcome, operation, principal, actor: by, routine, order };
  const limit = Math.min(count, 1000);
  const query = { ...filters, from, to, limit, label: claims.label, signal };
  let left = count;
  const events = tenantId === undefined ? keys.auditAll(query) : keys.tenant(tenantId).audit(query);
  for await (const event of events) {
    if (left === 0) return;
    left -= 1;
    yield event;
  }
}

async function follow(
  context: CommandContext,
  tenantId: string | undefined,
  options: AuditOptions,
) {
  const startMs = momentOf('--from', options.from) ?? Date.now();
  const endMs = momentOf('--to', options.to) ?? Number.POSITIVE_INFINITY;
  // All from the start once; then what may have come late.
  for (let fromMs = startMs, seen = new Set<string>(); ; ) {
    const from = new Date(fromMs).toISOString();
    const askedMs = Date.now();
    const nextMs = Math.max(startMs, askedMs - lateMs);
    const found = new Set<string>();
    const everything = { ...options, from, newest: false, count: 1_000_000 };
    for await (const event of read(context, tenantId, everything)) {
      found.add(event.eventId);
      if (seen.has(event.eventId)) continue;
      if (context.json) printJsonLine(event);
      else printLine(line(row(event), columnsOf(tenantId)));
    }
    if (askedMs >= endMs) return;
    // What no later round can give again is forgotten.
    [fromMs, seen] = [nextMs, found];
    await wait(Math.min(pollMs, endMs - askedMs), undefined, { signal: context.signal });
  }
}

function momentOf(option: string, text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new CommandError(`${option} must be a time, such as 2026-11-01T00:00:00Z.`);
}

function row(event: AuditEvent): Row {
  const actor = 'actor' in event ? event.actor : undefined;
  const { tenantId, time, outcome, operation, principal, sourceAddress } = event;
  return {
    tenantId,
    time,
    kind: whereOf(event),
    outcome,
    operation,
    principal: shortened(principal),
    actor,
    from: sourceAddress,
  };
}

/** Of a call of a key store beside KMS also which: it is the word of our own log. */
const whereOf = (event: AuditEvent): string =>
  event.kind === 'kms' && event.keyStore !== undefined ? `kms ${event.keyStore}` : event.kind;

/** Of an ARN what comes after the account. */
const shortened = (principal: string): string =>
  principal.replace(/^arn:[^:]*:[^:]*:[^:]*:\d*:/, '');
