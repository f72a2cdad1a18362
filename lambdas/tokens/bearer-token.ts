/** The token of a request, as RFC 6750 section 2.1 has it. */

/**
 * @param authorization the header's value; the case of the scheme does not matter, and spaces part
 * it from the token (RFC 9110 sections 11.1, 11.4)
 * @returns undefined where it is not one bearer token
 */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
