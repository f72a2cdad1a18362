import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventIdOf } from '../../../../local/aws/wire/event-id.ts';
import { nextRequestId } from '../../../../local/aws/wire/request-id.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const requestIds = Array.from({ length: 10_000 }, nextRequestId);

test('ids of requests are UUIDs, of which no two are alike, and sort as they were made', () => {
  for (const requestId of requestIds) expect(requestId).toMatch(uuid);
  expect(new Set(requestIds).size).toBe(requestIds.length);
  expect(requestIds.toSorted()).toEqual(requestIds);
});

test('the ids of their events are others, and sort as they do', () => {
  const eventIds = requestIds.map(eventIdOf);
  for (const eventId of eventIds) expect(eventId).toMatch(uuid);
  expect(eventIds.toSorted()).toEqual(eventIds);
  expect(eventIds.filter((eventId) => requestIds.includes(eventId))).toEqual([]);
});

test('an event has a UUID whatever the id of its request is', () => {
  fc.assert(fc.property(fc.string(), (requestId) => uuid.test(eventIdOf(requestId))));
});
