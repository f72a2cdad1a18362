/**
 * What stands in every answer, of a function or of API Gateway: answers may hold plaintext or say what exists. The
 * OpenAPI document alone, the same for everybody, may be kept.
 */
export const answerHeaders = {
  // No cache may keep an answer (RFC 9111), and no browser may take it for a page of another type.
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;
