/** Of a quota: what is used, what the deployment takes beside it, and what there can be. */
export interface Use {
  readonly what: string;
  readonly used: number;
  readonly more: number;
  readonly limit: number;
  readonly remedy?: string;
}

export const textOf = ({ what, used, more, limit }: Use): string =>
  `${what} ${used} + ${more} of ${limit}`;
