const dayMs = 86_400_000;

/** @param time RFC 3339 */
export const daysAfter = (time: string, days: number): string =>
  new Date(Date.parse(time) + days * dayMs).toISOString();
