import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditEvent, auditKinds } from '../../contract/audit.ts';
import { auditQuery } from '../../contract/audit-query.ts';
import { timeText } from '../../contract/time.ts';

const messageOf = (query: object) => {
  const { error } = auditQuery.safeParse(query);
  return error && `${String(error.issues[0]?.path[0] ?? '')}: ${error.issues[0]?.message}`;
};

describe('the query', () => {
  test('has 100 events to a page, the oldest first and no bounds, unless it says so', () => {
    expect(auditQuery.parse({})).toEqual({ limit: 100, order: 'oldest', routine: false });
  });

  test('knows every kind of event', () => {
    const kinds = auditEvent.def.options.flatMap(({ shape }) => shape.kind.def.values);
    expect([...auditKinds].sort()).toEqual(kinds.sort());
    for (const kind of kinds) expect(auditQuery.parse({ kind }).kind).toBe(kind);
  });

  test.each([
    ['2026-11-24T17:00:00Z', '2026-11-24T17:00:00.000Z'],
    ['2026-11-24T17:00:00.5Z', '2026-11-24T17:00:00.500Z'],
    ['2026-11-24T17:00:00.123456Z', '2026-11-24T17:00:00.124Z'],
    ['2026-11-24T18:00:00+01:00', '2026-11-24T17:00:00.000Z'],
  ])('takes the time %s', (from, taken) => {
    expect(auditQuery.parse({ from }).from).toBe(taken);
  });

  const time = timeText;
  test.each([
    [{ from: '2026-11-24' }, `from: ${time}`],
    [{ to: 'yesterday' }, `to: ${time}`],
    [{ to: '2026-13-24T17:00:00Z' }, `to: ${time}`],
    [{ from: '2026-11-24T17:00:00' }, `from: ${time}`],
    [{ from: ['2026-11-24T17:00:00Z', '2026-11-25T17:00:00Z'] }, `from: ${time}`],
    [{ from: '' }, `from: ${time}`],
    [{ from: '2026-11-24T17:00:01Z', to: '2026-11-24T17:00:00Z' }, 'from: must not be after to'],
    [{ limit: '0' }, 'limit: must be a whole number, 1-1000'],
    [{ limit: '1001' }, 'limit: must be a whole number, 1-1000'],
    [{ limit: '1e2' }, 'limit: must be a whole number, 1-1000'],
    [{ cursor: ['a', 'b'] }, 'cursor: must be given once'],
    [{ kind: 'KMS' }, `kind: must be one of: ${auditKinds.join(', ')}`],
    [{ outcome: 'denied' }, 'outcome: must be one of: succeeded, refused, failed'],
    [{ order: 'desc' }, 'order: must be one of: oldest, newest'],
    [{ routine: '1' }, 'routine: must be one of: true, false'],
    [{ operation: '' }, 'operation: must be a text of 1-64 characters'],
    [{ principal: 'x'.repeat(641) }, 'principal: must be a text of 1-640 characters'],
    [{ actor: ['a', 'b'] }, 'actor: must be a text of 1-256 characters'],
  ])('is refused: %j', (query, message) => {
    expect(messageOf(query)).toBe(message);
  });

  test('with a member that nobody knows is refused', () => {
    expect(auditQuery.safeParse({ tenantId: 'globex' }).success).toBe(false);
  });

  test('never makes a range of another order than the times that were given', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (from, to) => {
          const query = { from: from.toISOString(), to: to.toISOString() };
          expect(auditQuery.safeParse(query).success).toBe(from.getTime() <= to.getTime());
        },
      ),
    );
  });
});
