/**
 * EventBridge's PutEvents, on the default bus. Invariant: an event is taken only after IAM was asked about its bus, its
 * source and its type; if one is refused, none is taken.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Call, Service } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Account } from '../template/resource-types.ts';

/** In the shape in which a rule's target gets it. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly account: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventsOptions extends Omit<Account, 'stackName'> {
  /** called for each event that was taken; nothing else is done with it */
  readonly onEvent: (event: BusEvent) => void;
}

const putEvents = z.strictObject({
  Entries: z
    .array(
      z.strictObject({
        Source: z.string().optional(),
        DetailType: z.string().optional(),
        Detail: z.string().optional(),
        EventBusName: z.string().default('default'),
        Resources: z.array(z.string()).default([]),
        /** epoch seconds */
        Time: z.number().optional(),
        TraceHeader: z.string().optional(),
      }),
    )
    .min(1)
    .max(10),
});

type Entry = z.output<typeof putEvents>['Entries'][number];

export const events = (options: EventsOptions): Service => ({
  name: 'events',
  operations: {
    PutEvents(input, call) {
      const { data, error } = putEvents.safeParse(input);
      if (data === undefined) throw invalid(error);
      for (const entry of data.Entries) authorize(options, entry, call);
      const answers = data.Entries.map((entry) => take(options, entry, call));
      return {
        FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length,
        Entries: answers,
      };
    },
  },
});

function invalid(error: z.ZodError): AwsError {
  const issues = error.issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
  return new AwsError('ValidationException', issues.join('; '));
}

function authorize(account: Omit<Account, 'stackName'>, entry: Entry, call: Call): void {
  const { partition, region, accountId } = account;
  const bus = `arn:${partition}:events:${region}:${accountId}:event-bus/`;
  const { EventBusName: name } = entry;
  call.authorize({
    action: 'events:PutEvents',
    resource: name.startsWith('arn:') ? name : `${bus}${name}`,
    context: { 'events:source': entry.Source, 'events:detail-type': entry.DetailType },
  });
  if (name === 'default' || name === `${bus}default`) return;
  throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
}

/** An invalid entry gets its error in the answer; the others are taken. */
function take({ onEvent, ...account }: EventsOptions, entry: Entry, call: Call) {
  const { Source, DetailType, Detail, Resources, Time } = entry;
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value);
  if (missing !== undefined) {
    const [name] = missing;
    return refused(
      'InvalidArgument',
      `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    );
  }
  if (Source?.startsWith('aws.')) {
    return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const detail = objectOf(Detail as string);
  if (detail === undefined) return refused('MalformedDetail', 'Detail is malformed.');
  const id = randomUUID();
  const time = Time === undefined ? call.clock.now() : new Date(Time * 1000);
  onEvent({
    id,
    source: Source as string,
    'detail-type': DetailType as string,
    time: time.toISOString(),
    account: account.accountId,
    region: account.region,
    resources: Resources,
    detail,
  });
  return { EventId: id };
}

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
