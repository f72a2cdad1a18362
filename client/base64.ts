/** Base64 (RFC 4648 section 4, padded), by what the platform has. */

export function toBase64(bytes: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = bytes;
  // Node.js's own is many times as fast as btoa.
  const node = globalThis.Buffer;
  if (node !== undefined) return node.from(buffer, byteOffset, byteLength).toString('base64');
  let binary = '';
  // A call takes some 65,000 arguments in the engines that there are.
  for (let start = 0; start < byteLength; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

/** @returns undefined where the text is not the one spelling of its bytes */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = decode(text);
  return bytes !== undefined && toBase64(bytes) === text ? bytes : undefined;
}

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  const node = globalThis.Buffer;
  if (node !== undefined) {
    const pooled = node.from(text, 'base64');
    const bytes = new Uint8Array(pooled);
    // A short Buffer is a part of a pool that others read.
    pooled.fill(0);
    return bytes;
  }
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
