/** A JSON value a line, https://github.com/ndjson/ndjson-spec. */
export const jsonLines = 'application/x-ndjson';
