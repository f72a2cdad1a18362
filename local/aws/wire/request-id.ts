/** The ids of requests: UUIDs of version 7 (RFC 9562, with a counter in `rand_a`), which sort as they were made. */
import { randomBytes } from 'node:crypto';

let last = 0;
let counter = 0;

export function nextRequestId(): string {
  const now = Date.now();
  if (now > last) {
    last = now;
    counter = 0;
  } else if (counter === 0xfff) {
    // The counter is used up: the next millisecond begins early.
    last += 1;
    counter = 0;
  } else counter += 1;
  const time = last.toString(16).padStart(12, '0');
  const random = randomBytes(8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-8${random.slice(0, 3)}-${random.slice(3, 15)}`;
}
