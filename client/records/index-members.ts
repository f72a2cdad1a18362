/** The members of a sealed item that indexes take, and which they may not. */
import { UsageError } from '../errors.ts';
import { type Index, indexSuffix } from './blind-index.ts';
import { type Item, parsePath } from './paths.ts';
import { headerMember } from './sealed-record.ts';

/** An index of a field that is not sealed would be a hash beside the value itself. */
export function refuseUnsealed(indexes: readonly Index[], fields: readonly string[]): void {
  const sealed = new Set(fields);
  if (!indexes.every(({ path }) => sealed.has(path))) {
    throw new UsageError('An index must be of a field that is sealed.');
  }
}

/** An index in the place of the header, of a sealed field or of the id would lose it. */
export function refuseTaken(
  members: readonly string[],
  fields: readonly string[],
  binding: readonly unknown[],
): void {
  const names = fields.map((field) => parsePath(field)[0]);
  const taken = new Set([headerMember, '__proto__', ...binding, ...names]);
  const isTwice = new Set(members).size !== members.length;
  if (isTwice || members.some((member) => taken.has(member))) throw memberTaken();
}

/**
 * A member of an index's name that is none would be taken out of the opened item. A custom member may be there: an item that
 * was opened still has it.
 */
export function refuseTakenIn(
  item: Item,
  members: readonly string[],
  fields: readonly string[],
): void {
  const own = fields.map((field) => `${field}${indexSuffix}`);
  if (own.some((member) => Object.hasOwn(item, member) && !members.includes(member))) {
    throw memberTaken();
  }
}

const memberTaken = (): UsageError =>
  new UsageError(
    'The member of an index is taken: by a sealed field, the id, the header, another index, or by what is no index.',
  );
