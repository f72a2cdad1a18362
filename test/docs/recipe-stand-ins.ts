/** In place of the libraries of S3, which this repository does not install: they keep the bytes of an object. */
import { Readable } from 'node:stream';

declare global {
  var recipeObjects: Map<string, Buffer> | undefined;
}

/** by key */
export const objects: Map<string, Buffer> = new Map();
globalThis.recipeObjects = objects;

/** The modules, by the name that the recipe imports. */
export const standIns: readonly (readonly [name: string, source: string])[] = [
  [
    '@aws-sdk/lib-storage',
    `import { buffer } from 'node:stream/consumers';
export class Upload {
  #params;
  constructor({ params }) { this.#params = params; }
  async done() { globalThis.recipeObjects.set(this.#params.Key, await buffer(this.#params.Body)); }
}`,
  ],
  [
    '@aws-sdk/client-s3',
    `export class GetObjectCommand {
  constructor(input) { this.input = input; }
}`,
  ],
];

/** A client of S3: a body comes in pieces that have nothing to do with those of the upload. */
export const s3Client = {
  async send({ input }: { readonly input: { readonly Key: string } }) {
    const object = objects.get(input.Key);
    return { Body: object && Readable.from(pieces(object)) };
  },
};

function* pieces(object: Buffer) {
  for (let at = 0; at < object.length; at += 10_000) yield object.subarray(at, at + 10_000);
}
