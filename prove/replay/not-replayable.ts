/** The local stack cannot play the request of a model; the message says why, for a person. */
export class NotReplayable extends Error {
  override readonly name = 'NotReplayable';
}
