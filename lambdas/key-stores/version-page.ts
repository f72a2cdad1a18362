/** Pages of a key's versions, which are the history of its rotations: such stores show all of them at once. */
import { invalidCursor } from '../../contract/problem.ts';
import type { Rotation, RotationsQuery } from '../../contract/tenants.ts';

export interface KeyVersion {
  readonly id: string;
  /** 1 for the first */
  readonly number: number;
  /** RFC 3339 */
  readonly createdAt: string;
}

/**
 * @param versions the oldest first
 * @throws Problem 400 invalid-cursor
 */
export function pageOfVersions(
  versions: readonly KeyVersion[],
  currentId: string,
  { limit, cursor }: RotationsQuery,
): { rotations: Rotation[]; nextCursor?: string } {
  const after = cursor === undefined ? 0 : numberOf(cursor);
  const rest = versions.filter(({ number }) => number > after);
  const page = rest.slice(0, limit);
  const rotations = page.map((version) => rotationOf(version, currentId));
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { rotations };
  return { rotations, nextCursor: cursorOf(last.number) };
}

/** The store does not say whether it rotated the key by itself. */
const rotationOf = ({ id, number, createdAt }: KeyVersion, currentId: string): Rotation => ({
  keyMaterialId: id,
  state: id === currentId ? 'CURRENT' : 'NON_CURRENT',
  ...(number > 1 && { rotatedAt: createdAt }),
});

const cursorOf = (number: number): string => Buffer.from(`v${number}`).toString('base64url');

function numberOf(cursor: string): number {
  const [, digits] = /^v([1-9]\d{0,8})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const number = Number(digits);
  if (digits === undefined || cursorOf(number) !== cursor) throw invalidCursor();
  return number;
}
