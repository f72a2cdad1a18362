/** A schema, a parameter or a document, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: made piece by piece; the linter of OpenAPI checks the whole
export type Json = any;
