/**
 * Invariant: only what the author of a policy wrote as `*` or `?` is a wildcard. A wildcard is a
 * symbol and every other character a string, so text that comes from a request can never act as one.
 */
const anyRun = Symbol('*');
const anyOne = Symbol('?');

/** A compiled pattern, one entry a UTF-16 code unit or wildcard. */
export type Wildcard = readonly (string | typeof anyRun | typeof anyOne)[];

/**
 * AWS says that `?` is any single character, not what one is: here a code unit, of which a character beyond the Basic
 * Multilingual Plane has two. `npm run prove` takes it for free.
 * @returns a pattern in which `*` is any run of characters, an empty one too, and `?` any one
 */
export function wildcard(text: string): Wildcard {
  return text.split('').map((unit) => (unit === '*' ? anyRun : unit === '?' ? anyOne : unit));
}

/** @returns a pattern that matches exactly this text */
export function literally(text: string): Wildcard {
  return text.split('');
}

/**
 * Whether the whole of a text matches. A mismatch goes back to the last `*` only, which is enough since
 * an earlier one cannot do better: the time is at most the product of the lengths.
 */
export function matches(pattern: Wildcard, text: string): boolean {
  let at = 0;
  let position = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (position < text.length) {
    const unit = pattern[at];
    if (unit === anyRun) {
      lastRun = at;
      runEnd = position;
      at += 1;
    } else if (unit === anyOne || unit === text[position]) {
      at += 1;
      position += 1;
    } else if (lastRun >= 0) {
      runEnd += 1;
      position = runEnd;
      at = lastRun + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === anyRun) at += 1;
  return at === pattern.length;
}

/** Whether some text matches both. The time is at most the square of the lengths. */
export function overlap(one: Wildcard, other: Wildcard): boolean {
  // For each beginning of `other`, by its length: whether it overlaps with what of `one` was read, which is nothing yet.
  let reached = ['', ...other].map((_, length) =>
    other.slice(0, length).every((unit) => unit === anyRun),
  );
  for (const unit of one) {
    const next = [unit === anyRun && reached[0] === true];
    for (const [at, beyond] of other.entries()) {
      const isRun = unit === anyRun || beyond === anyRun;
      const isOne = unit === beyond || unit === anyOne || beyond === anyOne;
      // A run is empty, or takes one more of the other pattern.
      const found = isRun ? reached[at + 1] || next[at] : isOne && reached[at];
      next.push(found === true);
    }
    reached = next;
  }
  return reached[other.length] === true;
}
