/**
 * What a person gives a scheduled function to have it do everything at once, of which a scheduled run does a part.
 * Invariant: it asks for more of the same, never for anything else, so whoever may invoke the function may send it.
 */
export const fullRun = { full: true } as const;

export const isFullRun = (event: unknown): boolean =>
  (event as Partial<typeof fullRun> | null | undefined)?.full === true;
