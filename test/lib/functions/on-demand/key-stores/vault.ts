/** Loaded on demand. */
import { counted, Refusal } from './refusal.ts';

export function open(): never {
  counted();
  throw new Refusal('a key store of its own');
}
