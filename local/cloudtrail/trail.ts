/** The trail: one event a call that it records, in the order in which the calls ended. The last ones are kept. */
import type { ServedCall } from '../aws/call.ts';
import { type TrailEvent, type TrailSource, trailEvent } from './event.ts';
import { invokeEvent } from './invoke-event.ts';
import { tokenEvent } from './token-event.ts';

export interface Trail {
  /** oldest first */
  readonly events: readonly TrailEvent[];
  record(call: ServedCall): void;
}

export interface TrailOptions extends TrailSource {
  readonly onEvent: (event: TrailEvent) => void;
  /** how many events are kept */
  readonly limit?: number;
}

export function openTrail({ onEvent, limit = 10_000, ...source }: TrailOptions): Trail {
  const events: TrailEvent[] = [];
  return {
    events,
    record(call) {
      const event =
        trailEvent(call, source) ?? invokeEvent(call, source) ?? tokenEvent(call, source);
      if (event === undefined) return;
      events.push(event);
      if (events.length > limit) events.shift();
      onEvent(event);
    },
  };
}
